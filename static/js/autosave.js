// Drafts save themselves: <form data-autosave="/address/"> posts 1.2 s after the last key and when the page is left.
// <output class="saved" data-saved="saved {}" data-failed="…"> tells how it went; what could not be sent stays in the browser.
(() => {
  const PAUSE = 1200, AGAIN = 8000;
  const forms = document.querySelectorAll("form[data-autosave]");
  const now = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
  const typed = (form) => [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");

  for (const form of forms) {
    const address = form.dataset.autosave, keep = `draft:${address}`, note = form.querySelector("output.saved");
    let timer, before = JSON.stringify(typed(form));
    const say = (text) => { if (note) note.textContent = text || ""; };
    const body = () => { const data = new FormData(form); for (const [name, value] of [...data]) if (typeof value !== "string") data.delete(name); return data; };
    const send = async (leaving) => {
      clearTimeout(timer);
      const present = JSON.stringify(typed(form));
      if (present === before) return;
      try {
        const answer = await fetch(address, { method: "POST", body: body(), keepalive: leaving === true, headers: { "X-Requested-With": "autosave" } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        before = present;
        localStorage.removeItem(keep);
        say(note?.dataset.saved?.replace("{}", now()));
      } catch {
        localStorage.setItem(keep, present);
        say(note?.dataset.failed);
        timer = setTimeout(send, AGAIN);
      }
    };
    const kept = localStorage.getItem(keep);
    if (kept && kept !== before) {
      for (const [name, value] of JSON.parse(kept)) { const field = form.elements.namedItem(name); if (field && "value" in field && field.type !== "hidden") field.value = value; }
      send();
    }
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(send, PAUSE); });
    form.addEventListener("submit", () => { clearTimeout(timer); before = JSON.stringify(typed(form)); localStorage.removeItem(keep); });
    document.addEventListener("visibilitychange", () => document.hidden && send(true));
    addEventListener("pagehide", () => send(true));
  }
})();
