// Plays a sentence where it stands in a list. Without this file its link opens the call at the same second.

const list = document.querySelector("[data-clips]");
const audio = new Audio();
let current = null;
let from = 0;

function show() {
  if (current) current.setAttribute("aria-pressed", String(!audio.paused));
  if (current) current.firstElementChild.textContent = audio.paused ? "▶" : "❚❚";
}

function start(button) {
  audio.pause();
  show();
  current = button;
  from = Number(button.dataset.from);
  audio.src = button.dataset.sound;
  audio.play().catch(() => {});
}

audio.addEventListener("loadedmetadata", () => {
  audio.currentTime = from;
});
audio.addEventListener("error", () => {
  current.nextElementSibling.insertAdjacentText("beforebegin", `${list.dataset.failed} `);
  current.remove();
  current = null;
});
for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, show);
list.addEventListener("click", (event) => {
  const button = event.target.closest("button.hear");
  if (!button) return;
  if (button !== current) start(button);
  else if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
});
for (const button of list.querySelectorAll("button.hear")) {
  button.hidden = false;
  button.setAttribute("aria-pressed", "false");
}
