// Plays a call in step with its timeline and transcript. Without this file the browser's own controls stay.

import { drawWave, place } from "./wave.js";
import { markWord, timeAt } from "./words.js";

const player = document.querySelector("[data-player]");
const audio = player.querySelector("audio");
const timeline = document.querySelector("[data-timeline]");
const lines = [...document.querySelectorAll(".line[data-ms]")].filter((line) => line.dataset.ms !== "");
const length = Number(audio.dataset.length);
const [position, button, follow, speed, link, keys, told] = [
  "[data-position]", "[data-play]", "[data-follow]", "[data-speed]", "[data-link]", "#keys", "[data-told]",
].map((name) => player.querySelector(name));
const STEP_S = 5;

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${parts.join(":")}` : parts.join(":");
};

const playhead = place(timeline);
let current = null;
let wanted = null; // where to start, until the sound has come

const now = () => wanted ?? audio.currentTime;
const startOf = (line) => Number(line.dataset.ms) / 1000;

function show() {
  const at = `${(Math.min(now() / length, 1) * 100).toFixed(3)}%`;
  playhead.setAttribute("x1", at);
  playhead.setAttribute("x2", at);
  position.textContent = clock(now());
  const ms = now() * 1000;
  const line = lines.findLast((item) => Number(item.dataset.ms) <= ms) ?? null;
  markWord(audio.paused ? null : line, ms);
  if (line === current) return;
  current?.classList.remove("now");
  current?.removeAttribute("aria-current");
  line?.classList.add("now");
  line?.setAttribute("aria-current", "true");
  current = line;
  if (line && follow.checked && !audio.paused) line.scrollIntoView({ block: "nearest" });
}

function eachFrame() {
  show();
  if (!audio.paused) requestAnimationFrame(eachFrame);
}

function seek(seconds) {
  const at = Math.min(Math.max(seconds, 0), length);
  if (audio.readyState > 0) audio.currentTime = at;
  else wanted = at;
  show();
}

const toggle = () => (audio.paused ? audio.play().catch(fail) : audio.pause());

function fail(error) {
  if (error?.name !== "AbortError") player.querySelector(".problem").hidden = false; // aborted: paused while loading
}

function toMoment(direction) {
  const ms = now() * 1000;
  const moments = lines.filter((line) => "moment" in line.dataset).map((line) => Number(line.dataset.ms));
  const next = direction > 0 ? moments.find((at) => at > ms + 300) : moments.findLast((at) => at < ms - 800);
  if (next !== undefined) goTo(next / 1000);
}

function toLine(direction) {
  const index = current ? lines.indexOf(current) : -1;
  const line = lines[Math.min(Math.max(index + direction, 0), lines.length - 1)];
  if (line) goTo(startOf(line));
}

function goTo(seconds) {
  seek(seconds);
  current?.scrollIntoView({ block: "nearest" });
}

function faster(direction) {
  const index = Math.min(Math.max(speed.selectedIndex + direction, 0), speed.options.length - 1);
  speed.selectedIndex = index;
  audio.playbackRate = Number(speed.value);
  told.textContent = speed.value;
}

// A second by `#t=72.5` or `?t=72.5`, a sentence by `#u12`.
function ofAddress() {
  const line = lines.find((item) => `#${item.id}` === location.hash);
  if (line) return seek(startOf(line));
  const given = new URLSearchParams(location.hash.slice(1)).get("t") ?? new URLSearchParams(location.search).get("t");
  const seconds = given === null ? NaN : Number.parseFloat(given);
  if (!Number.isFinite(seconds)) return;
  seek(seconds);
  current?.scrollIntoView({ block: "center" });
}

async function copyLink() {
  const address = new URL(location.href);
  address.searchParams.delete("t");
  address.hash = `t=${now().toFixed(1)}`;
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address.href);
    told.textContent = link.dataset.done;
  } catch {
    told.textContent = link.dataset.byHand;
  }
  const before = (link.dataset.name ??= link.textContent);
  link.textContent = told.textContent;
  setTimeout(() => {
    link.textContent = before;
  }, 1800);
}

function showKeys() {
  keys.hidden = !keys.hidden;
  player.querySelector("[data-keys]").setAttribute("aria-expanded", String(!keys.hidden));
  if (!keys.hidden) told.textContent = keys.textContent.replace(/\s+/g, " ");
}

function follows(on) {
  follow.checked = on;
  if (on) current?.scrollIntoView({ block: "nearest" });
}

audio.addEventListener("loadedmetadata", () => {
  if (wanted !== null) audio.currentTime = wanted;
  wanted = null;
});
for (const event of ["timeupdate", "seeked", "pause"]) audio.addEventListener(event, show);
for (const event of ["play", "pause"]) {
  audio.addEventListener(event, () => button.setAttribute("aria-pressed", String(!audio.paused)));
}
audio.addEventListener("play", eachFrame);
audio.addEventListener("error", fail);
button.addEventListener("click", toggle);
link.addEventListener("click", copyLink);
player.querySelector("[data-keys]").addEventListener("click", showKeys);
follow.addEventListener("change", () => follows(follow.checked));
speed.addEventListener("change", () => faster(0));
timeline.addEventListener("click", (event) => {
  if (event.target.closest("a")) return;
  const box = timeline.getBoundingClientRect();
  seek(((event.clientX - box.left) / box.width) * length);
});
// Whoever scrolls while it plays wants to read elsewhere.
for (const event of ["wheel", "touchmove"]) {
  addEventListener(event, () => !audio.paused && follows(false), { passive: true });
}
addEventListener("hashchange", ofAddress);
document.addEventListener("click", (event) => {
  const anchor = event.target.closest('a[href^="#u"]');
  if (anchor && anchor.getAttribute("href") === location.hash) ofAddress(); // the same place again
  const said = event.target.closest(".line .said");
  if (!said || anchor || !getSelection().isCollapsed) return;
  const ms = timeAt(said, event.clientX, event.clientY);
  if (ms !== null) seek(ms / 1000);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const focused = event.target.closest("input, select, textarea, button, a, summary");
  if (focused?.matches("input:not([type=checkbox]), select, textarea")) return;
  if (event.key === " " && focused) return;
  const actions = {
    " ": toggle,
    ArrowLeft: () => seek(now() - STEP_S),
    ArrowRight: () => seek(now() + STEP_S),
    ArrowUp: () => toLine(-1),
    ArrowDown: () => toLine(1),
    n: () => toMoment(1),
    p: () => toMoment(-1),
    ",": () => faster(-1),
    ".": () => faster(1),
    f: () => follows(!follow.checked),
    l: copyLink,
    "?": showKeys,
  };
  const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

audio.removeAttribute("controls");
player.querySelector(".controls").hidden = false;
document.querySelector(".transcript").classList.add("timed");
ofAddress();
show();
// asking for the peaks has the copy made that will be played; without them the bars of the utterances stay
drawWave(timeline, audio.dataset.peaks, length).catch(() => {});
