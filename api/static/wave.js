// The wave form of a call, from peaks that the server made, drawn into the timeline of its utterances.

const SVG = "http://www.w3.org/2000/svg";
const ROWS = { operator: { y: 30, height: 22 }, customer: { y: 60, height: 22 } };
const MOST_POINTS = 2400; // more than a screen has pixels

const make = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/** The line that shows where the sound is. */
export function place(timeline) {
  const playhead = make("line", { class: "playhead", y1: 8, y2: 98, x1: "0%", x2: "0%" });
  timeline.append(playhead);
  return playhead;
}

/** Loads `{per_second, peaks: [[0…127, …] per channel]}` and draws it. */
export async function drawWave(timeline, address, length) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const { peaks, per_second: rate } = await answer.json();
  const operator = Number(timeline.dataset.operatorChannel);
  peaks.slice(0, 2).forEach((values, channel) => {
    const speaker = peaks.length === 1 || channel === operator ? "operator" : "customer";
    timeline.insertBefore(wave(thin(values), speaker, values.length / rate / length), timeline.querySelector(".pin, .playhead"));
  });
  timeline.closest(".timeline").classList.add("waved");
}

function wave(values, speaker, share) {
  const loudest = values.reduce((most, value) => Math.max(most, value), 16);
  const edge = (sign) => values.map((value, index) => `${index},${(50 + (sign * 48 * value) / loudest).toFixed(1)}`);
  const box = make("svg", {
    ...ROWS[speaker], x: "0", width: `${share * 100}%`, viewBox: `0 0 ${values.length} 100`, preserveAspectRatio: "none",
  });
  box.append(make("path", { class: `wave ${speaker}`, d: `M${edge(-1).join("L")}L${edge(1).reverse().join("L")}Z` }));
  return box;
}

/** The loudest of every few, so that hours draw as fast as minutes. */
function thin(values) {
  const step = Math.ceil(values.length / MOST_POINTS);
  const kept = [];
  for (let start = 0; start < values.length; start += step) kept.push(Math.max(...values.slice(start, start + step)));
  return kept;
}
