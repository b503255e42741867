// The editor of an entry: a problem leads to the character to blame, Ctrl+Enter tries the entry on stored calls.

const query = document.querySelector("[data-query]");

if (query) {
  document.addEventListener("click", (event) => {
    const problem = event.target.closest("[data-position]");
    if (!problem) return;
    const at = Number(problem.dataset.position);
    query.focus();
    query.setSelectionRange(at, Math.min(at + 1, query.value.length));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    document.querySelector("[data-try]").click();
  });
}
