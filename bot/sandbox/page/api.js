// Talking with the sandbox: its state, what a person does, and the nudge that something changed.

/** Everything one person can see. */
export async function readState(as) {
  const answer = await fetch(`/page/state${as ? `?as=${encodeURIComponent(as)}` : ""}`);
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? "The sandbox gave no state");
  return answer.json();
}

/** What a person does; the answer of page_api.py. A request that makes no sense, or no server, is {ok: false, lost: true}. */
export async function act(as, kind, request = {}) {
  return answered(fetch("/page/act", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ as, kind, ...request }),
  }));
}

export async function upload(as, file, place = {}) {
  const query = new URLSearchParams({ as, filename: file.name, ...place });
  return answered(fetch(`/page/upload?${query}`, { method: "POST", body: file }));
}

async function answered(request) {
  try {
    const answer = await request;
    const body = await answer.json();
    return answer.ok ? body : { ...body, ok: false, lost: true };
  } catch {
    return { ok: false, lost: true, error: "The sandbox can't be reached." };
  }
}

/** Call `changed(seq)` whenever something changed and `connected(bool)` when the line drops or is back. */
export function listen(changed, connected) {
  let wait = 500;
  const open = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/page/live`);
    socket.onopen = () => { wait = 500; connected(true); };
    socket.onmessage = (event) => changed(JSON.parse(event.data).seq ?? Infinity);
    socket.onclose = () => {
      connected(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 1.6, 5000);
    };
  };
  open();
}
