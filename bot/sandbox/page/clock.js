// Moments as the person sees them, in that person's time zone.
let zone;

export const setZone = (name) => { zone = name; };

const show = (when, options) => {
  try {
    return when.toLocaleString("en-GB", { ...options, timeZone: zone });
  } catch {
    return when.toLocaleString("en-GB", options); // a zone this browser doesn't know
  }
};

export const moment = (ts) => new Date(Number(ts) * 1000);
export const clock = (ts) => show(moment(ts), { hour: "2-digit", minute: "2-digit" });
export const day = (ts) => show(moment(ts), { weekday: "long", day: "numeric", month: "long" });
export const full = (ts) => show(moment(ts), { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "Today", "Yesterday" or the date. */
export function dayName(ts) {
  const now = Date.now() / 1000;
  if (day(ts) === day(now)) return "Today";
  return day(ts) === day(now - 86400) ? "Yesterday" : day(ts);
}
