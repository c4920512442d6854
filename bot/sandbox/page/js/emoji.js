// Names of common emoji. Unknown names stay as they were typed, between their colons.

const TABLE = `
smile 😄 smiley 😃 grinning 😀 grin 😁 laughing 😆 joy 😂 rofl 🤣 wink 😉 blush 😊 slightly_smiling_face 🙂
upside_down_face 🙃 heart_eyes 😍 star-struck 🤩 sunglasses 😎 thinking_face 🤔 neutral_face 😐 expressionless 😑
roll_eyes 🙄 face_with_rolling_eyes 🙄 smirk 😏 relieved 😌 sleeping 😴 tired_face 😫 confused 😕 worried 😟
slightly_frowning_face 🙁 astonished 😲 open_mouth 😮 hushed 😯 fearful 😨 scream 😱 cry 😢 sob 😭 sweat_smile 😅
sweat 😓 disappointed 😞 angry 😠 rage 😡 exploding_head 🤯 partying_face 🥳 nerd_face 🤓 zany_face 🤪
face_palm 🤦 shrug 🤷 see_no_evil 🙈 ghost 👻 robot_face 🤖 skull 💀 clown_face 🤡 poop 💩 innocent 😇 hugging_face 🤗
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 raised_hands 🙌 pray 🙏 wave 👋 muscle 💪 eyes 👀
point_up ☝️ point_right 👉 point_left 👈 point_down 👇 v ✌️ crossed_fingers 🤞 handshake 🤝 raising_hand 🙋
writing_hand ✍️ brain 🧠 bust_in_silhouette 👤 busts_in_silhouette 👥 detective 🕵️ firefighter 🧑‍🚒
heart ❤️ broken_heart 💔 yellow_heart 💛 green_heart 💚 blue_heart 💙 sparkles ✨ star ⭐ star2 🌟 zap ⚡ fire 🔥 boom 💥
tada 🎉 confetti_ball 🎊 trophy 🏆 medal 🏅 gift 🎁 balloon 🎈 rocket 🚀 100 💯 dart 🎯 bulb 💡 bell 🔔 no_bell 🔕
mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭 email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤
memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋 page_facing_up 📄 bookmark_tabs 📑 file_folder 📁 open_file_folder 📂
card_index_dividers 🗂️ card_index 📇 file_cabinet 🗄️ wastebasket 🗑️ books 📚 book 📖 bookmark 🔖 label 🏷️
calendar 📆 date 📅 spiral_calendar_pad 🗓️ clock1 🕐 clock3 🕒 alarm_clock ⏰ stopwatch ⏱️ hourglass ⌛
hourglass_flowing_sand ⏳ watch ⌚ mag 🔍 mag_right 🔎 lock 🔒 unlock 🔓 key 🔑 old_key 🗝️ hammer 🔨 wrench 🔧
hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 scissors ✂️
triangular_flag_on_post 🚩 checkered_flag 🏁 white_flag 🏳️ flag-us 🇺🇸 flag-fr 🇫🇷 flag-de 🇩🇪 flag-gb 🇬🇧
computer 💻 desktop_computer 🖥️ keyboard ⌨️ iphone 📱 telephone ☎️ phone ☎️ battery 🔋 electric_plug 🔌 floppy_disk 💾
cd 💿 satellite 🛰️ satellite_antenna 📡 globe_with_meridians 🌐 earth_africa 🌍 package 📦 truck 🚚 ambulance 🚑
fire_engine 🚒 police_car 🚓 rotating_light 🚨 construction 🚧 construction_worker 👷 stop_sign 🛑 octagonal_sign 🛑
warning ⚠️ no_entry ⛔ no_entry_sign 🚫 x ❌ negative_squared_cross_mark ❎ heavy_check_mark ✔️ white_check_mark ✅
ballot_box_with_check ☑️ heavy_plus_sign ➕ heavy_minus_sign ➖ question ❓ grey_question ❔ exclamation ❗
grey_exclamation ❕ bangbang ‼️ interrobang ⁉️ information_source ℹ️ sos 🆘 ok 🆗 new 🆕 free 🆓 up 🆙 cool 🆒
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵
large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ red_square 🟥 large_red_square 🟥 large_orange_square 🟧
large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 white_square_button 🔳 black_square_button 🔲
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️
leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ rewind ⏪
double_vertical_bar ⏸️ black_right_pointing_triangle ▶️ arrow_forward ▶️ black_square_for_stop ⏹️ small_red_triangle 🔺
small_red_triangle_down 🔻 small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 large_orange_diamond 🔶
chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 moneybag 💰 credit_card 💳 receipt 🧾 shield 🛡️
bug 🐛 beetle 🐞 spider 🕷️ turtle 🐢 snail 🐌 cat 🐱 dog 🐶 fox_face 🦊 bear 🐻 unicorn_face 🦄 penguin 🐧 owl 🦉 whale 🐳
octopus 🐙 crab 🦀 bee 🐝 elephant 🐘 snake 🐍 seedling 🌱 evergreen_tree 🌲 cactus 🌵 four_leaf_clover 🍀 rose 🌹
sunflower 🌻 sunny ☀️ partly_sunny ⛅ cloud ☁️ rain_cloud 🌧️ thunder_cloud_and_rain ⛈️ snowflake ❄️ rainbow 🌈 ocean 🌊
droplet 💧 umbrella ☂️ coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 champagne 🍾 pizza 🍕 hamburger 🍔 taco 🌮
croissant 🥐 cake 🍰 birthday 🎂 doughnut 🍩 cookie 🍪 apple 🍎 banana 🍌 popcorn 🍿 hot_pepper 🌶️
house 🏠 office 🏢 factory 🏭 hospital 🏥 bank 🏦 school 🏫 soccer ⚽ basketball 🏀 video_game 🎮 game_die 🎲
musical_note 🎵 headphones 🎧 microphone 🎤 art 🎨 camera 📷 movie_camera 🎥 tv 📺 newspaper 📰 ticket 🎫 admission_tickets 🎟️
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ hash #️⃣
abacus 🧮 test_tube 🧪 petri_dish 🧫 dna 🧬 microscope 🔬 telescope 🔭 magnet 🧲 ladder 🪜 toolbox 🧰 broom 🧹 sponge 🧽
fire_extinguisher 🧯 lifebuoy 🛟 ring_buoy 🛟 anchor ⚓ airplane ✈️ helicopter 🚁 car 🚗 bus 🚌 bike 🚲 train 🚆 ship 🚢
vertical_traffic_light 🚦 traffic_light 🚥 world_map 🗺️ compass 🧭 crystal_ball 🔮 yin_yang ☯️ infinity ♾️ recycle ♻️
`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let index = 0; index + 1 < words.length; index += 2) EMOJI.set(words[index], words[index + 1]);

export const NAME = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/y;

/** The characters of a name, or undefined. */
export const emoji = (name) => EMOJI.get(name);

/** Names that begin with, then names that contain what was typed. */
export function emojiLike(start, most = 8) {
  const names = [...EMOJI.keys()];
  const first = names.filter((name) => name.startsWith(start));
  const more = names.filter((name) => !name.startsWith(start) && name.includes(start));
  return [...first, ...more].slice(0, most);
}

/** Plain text with its emoji names as characters. */
export const withEmoji = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (whole, name) => EMOJI.get(name) ?? whole);
