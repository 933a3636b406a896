// The shortcodes people and bots use most; an unknown one stays as it was typed.
const NAMES = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|heavy_multiplication_x ✖️
warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|stop_sign 🛑|information_source ℹ️|question ❓|grey_question ❔|exclamation ❗|bangbang ‼️
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|chart 💹|clipboard 📋|pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗
calendar 📅|date 📅|spiral_calendar_pad 🗓️|spiral_calendar 🗓️|clock1 🕐|hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|timer_clock ⏲️|alarm_clock ⏰|watch ⌚
bell 🔔|no_bell 🔕|speech_balloon 💬|thought_balloon 💭|mega 📣|loudspeaker 📢|eyes 👀|bulb 💡|mag 🔍|mag_right 🔎|key 🔑|lock 🔒|unlock 🔓
memo 📝|pencil ✏️|pencil2 ✏️|page_facing_up 📄|page_with_curl 📃|file_folder 📁|open_file_folder 📂|card_index 📇|books 📚|book 📖|scroll 📜|inbox_tray 📥|outbox_tray 📤|package 📦
wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|gear ⚙️|tools 🛠️|toolbox 🧰|test_tube 🧪|microscope 🔬|telescope 🔭|computer 💻|robot_face 🤖|construction 🚧|fire 🔥|rocket 🚀|zap ⚡
dart 🎯|trophy 🏆|medal 🏅|checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag 🏳️|star ⭐|sparkles ✨|tada 🎉|confetti_ball 🎊|seedling 🌱|herb 🌿|deciduous_tree 🌳
arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|left_right_arrow ↔️|arrows_counterclockwise 🔄|repeat 🔁|leftwards_arrow_with_hook ↩️|back 🔙|fast_forward ⏩|rewind ⏪|black_right_pointing_triangle ▶️|arrow_forward ▶️
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_blue_square 🟦|green_square 🟩|large_green_square 🟩|yellow_square 🟨|large_yellow_square 🟨|red_square 🟥|large_red_square 🟥|white_large_square ⬜|black_large_square ⬛
small_red_triangle 🔺|small_red_triangle_down 🔻|heavy_division_sign ➗|writing_hand ✍️|hole 🕳️|rotating_light 🚨|raised_hand ✋|arrow_double_up ⏫|arrow_double_down ⏬|white_small_square ▫️|sleeping 😴|scissors ✂️|broom 🧹|paperclips 🖇️|stop_button ⏹️|pause_button ⏸️|person_raising_hand 🙋|abacus 🧮|straight_ruler 📏|control_knobs 🎛️|level_slider 🎚️|detective 🕵️
heavy_plus_sign ➕|heavy_minus_sign ➖|small_blue_diamond 🔹|small_orange_diamond 🔸|large_blue_diamond 🔷|black_small_square ▪️|white_small_square ▫️|diamond_shape_with_a_dot_inside 💠
smile 😄|slightly_smiling_face 🙂|grinning 😀|joy 😂|thinking_face 🤔|neutral_face 😐|confused 😕|disappointed 😞|sweat_smile 😅|wave 👋|pray 🙏|clap 👏|raised_hands 🙌|handshake 🤝|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|heart ❤️|see_no_evil 🙈|shrug 🤷
bust_in_silhouette 👤|busts_in_silhouette 👥|briefcase 💼|office 🏢|house 🏠|moneybag 💰|money_with_wings 💸|scales ⚖️|compass 🧭|world_map 🗺️|label 🏷️|bookmark 🔖|receipt 🧾|shield 🛡️|snail 🐌|turtle 🐢|snowflake ❄️|sunny ☀️|cloud ☁️|umbrella ☂️|cyclone 🌀|recycle ♻️|infinity ♾️|copyright ©️|wastebasket 🗑️|floppy_disk 💾|email 📧|envelope ✉️|telephone ☎️|iphone 📱|ticket 🎫|syringe 💉|pill 💊|stethoscope 🩺|thermometer 🌡️|ladder 🪜|jigsaw 🧩|crystal_ball 🔮|zzz 💤|new 🆕|ok 🆗|sos 🆘|up 🆙`;

const EMOJI = new Map(NAMES.trim().split(/[|\n]/).map((pair) => pair.split(" ")));

/** The character for a shortcode without colons (skin tones are dropped), or undefined. */
export const emoji = (name) => EMOJI.get(name.split("::")[0]);

/** Plain text with its shortcodes replaced. */
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g, (whole, name) => emoji(name) ?? whole);
