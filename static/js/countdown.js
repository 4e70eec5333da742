// Keeps the figures of running clocks and relative times in step between two answers of the server.
// <b data-due="2026-11-23T10:00:00Z" data-late="late by"> and <time data-rel data-past="{} ago" data-future="in {}">.
(() => {
  const pad = (number) => String(number).padStart(2, "0");
  const length = (seconds) => {
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    if (hours >= 48) return `${Math.floor(hours / 24)} d`;
    if (hours) return `${hours} h ${pad(minutes % 60)} min`;
    return null;
  };
  const clock = (figure) => {
    const left = Math.round((Date.parse(figure.dataset.due) - Date.now()) / 1000);
    const seconds = Math.abs(left);
    const text = length(seconds) || `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
    figure.textContent = left < 0 ? `${figure.dataset.late} ${text}` : text;
    const box = figure.closest(".clock");
    box?.classList.toggle("late", left < 0);
    const bar = box?.querySelector("progress");
    if (bar) bar.value = Math.max(0, bar.max - Math.max(0, left));
  };
  const relative = (element) => {
    const left = Math.round((Date.parse(element.dateTime) - Date.now()) / 60000);
    const minutes = Math.abs(left);
    if (minutes >= 1440) return;
    const text = length(minutes * 60) || `${minutes} min`;
    element.textContent = (left > 0 ? element.dataset.future : element.dataset.past).replace("{}", text);
  };
  const tick = () => document.querySelectorAll("[data-due]").forEach(clock);
  const minute = () => document.querySelectorAll("time[data-rel]").forEach(relative);
  setInterval(() => document.hidden || tick(), 1000);
  setInterval(() => document.hidden || minute(), 20000);
  document.addEventListener("htmx:afterSwap", tick);
  tick();
})();
