// Between the characters of a line of the transcript and the times at which they are spoken.

const marked = "highlights" in CSS ? new Highlight() : null;
if (marked) CSS.highlights.set("spoken-now", marked);

/** `[[character, ms], …]` of a line, in order. */
function timesOf(line) {
  return line.dataset.words ? line.dataset.words.split(" ").map((pair) => pair.split(":").map(Number)) : [];
}

function* textsOf(said) {
  const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) yield walker.currentNode;
}

/** When the character under a point of the page is spoken; the start of the line where only that is known. */
export function timeAt(said, x, y) {
  const line = said.closest(".line");
  const caret = document.caretPositionFromPoint?.(x, y);
  const range = caret ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = caret ? [caret.offsetNode, caret.offset] : [range?.startContainer, range?.startOffset];
  let before = 0;
  for (const text of textsOf(said)) {
    if (text === node) {
      const found = timesOf(line).findLast(([character]) => character <= before + offset);
      return found ? found[1] : Number(line.dataset.ms);
    }
    before += text.length;
  }
  return Number(line.dataset.ms);
}

/** Marks what is being said at `ms`; nothing where the line is null or the browser cannot. */
export function markWord(line, ms) {
  if (!marked) return;
  marked.clear();
  if (!line || ms > Number(line.dataset.end)) return;
  const times = timesOf(line);
  const index = times.findLastIndex(([, at]) => at <= ms);
  if (index < 0) return;
  const range = rangeOf(line.querySelector(".said"), times[index][0], times[index + 1]?.[0] ?? Infinity);
  if (range) marked.add(range);
}

function rangeOf(said, start, end) {
  const range = new Range();
  let before = 0;
  let begun = false;
  for (const text of textsOf(said)) {
    const after = before + text.length;
    if (!begun && start < after) {
      range.setStart(text, start - before);
      begun = true;
    }
    if (begun) range.setEnd(text, Math.min(end - before, text.length));
    if (end <= after) break;
    before = after;
  }
  return begun ? range : null;
}
