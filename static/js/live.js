// Beats `live` on <body> every two seconds while the page is looked at, slower and slower when nobody answers.
(() => {
  const CALM = 2000, SLOWEST = 60000;
  let wait = CALM;
  const lost = (yes) => document.getElementById("lost")?.toggleAttribute("hidden", !yes);
  const isLive = (element) => /\blive\b/.test(element?.getAttribute?.("hx-trigger") || "");
  const busy = (element) => element.querySelector("details.ask[open], details[open] textarea, :is(input, textarea, select):focus");
  const failed = (event) => {
    if (!isLive(event.target)) return;
    wait = Math.min(wait * 2, SLOWEST);
    lost(true);
  };
  const beat = () => {
    if (!document.hidden) document.body.dispatchEvent(new Event("live"));
    setTimeout(beat, wait);
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isLive(event.target) && busy(event.target)) event.preventDefault();
  });
  // Another page in the answer means that the session ended: keep what is on the screen and say so.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestPath, responsePath } = event.detail.pathInfo;
    if (!isLive(event.target) || !responsePath) return;
    const path = (address) => new URL(address, location.href).pathname;
    if (path(requestPath) === path(responsePath)) return;
    event.detail.shouldSwap = false;
    event.detail.xhr.elsewhere = true;
    failed(event);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isLive(event.target) || !event.detail.successful || event.detail.xhr.elsewhere) return;
    wait = CALM;
    lost(false);
  });
  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(kind, failed);
  setTimeout(beat, wait);
})();
