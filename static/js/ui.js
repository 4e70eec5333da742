// Small comforts on top of pages that work without them: keys in lists, copy, share, print, counters, Escape.
(() => {
  const graphemes = window.Intl?.Segmenter ? new Intl.Segmenter() : null;
  const size = (text) => (graphemes ? [...graphemes.segment(text)].length : [...text].length);

  const count = (figure) => {
    const field = document.getElementById(figure.dataset.countFor);
    if (!field) return;
    const used = size(field.value), limit = Number(figure.dataset.limit);
    figure.textContent = limit ? `${used}/${limit}` : used;
    figure.classList.toggle("over", Boolean(limit) && used > limit);
  };
  const prepare = () => {
    document.querySelectorAll("[data-count-for]").forEach(count);
    document.querySelectorAll("[data-copy], [data-print]").forEach((button) => { button.hidden = false; });
    if (navigator.share) document.querySelectorAll("[data-share]").forEach((button) => { button.hidden = false; });
  };
  const textOf = (selector) => { const source = document.querySelector(selector); return source ? source.value ?? source.textContent : ""; };

  document.addEventListener("input", (event) => {
    document.querySelectorAll(`[data-count-for="${CSS.escape(event.target.id)}"]`).forEach(count);
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-share], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) return window.print();
    if (button.dataset.share) return navigator.share({ text: textOf(button.dataset.share) }).catch(() => {});
    await navigator.clipboard.writeText(textOf(button.dataset.copy));
    const label = button.querySelector("span") || button, before = label.textContent;
    label.textContent = button.dataset.done || before;
    setTimeout(() => { label.textContent = before; }, 2500);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.querySelector("details.ask[open], details.me[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
    }
    if (event.target.closest("input, textarea, select, [contenteditable]") || event.metaKey || event.ctrlKey || event.altKey) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const rows = [...document.querySelectorAll(".rows .go, .list .go")];
    const at = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
  });
  document.addEventListener("htmx:afterSwap", prepare);
  prepare();
  navigator.serviceWorker?.register("/worker.js");
})();
