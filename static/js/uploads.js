// Files in parts: <form class="upload" data-uploads="/api/v1/uploads"> sends what was chosen, dropped or pasted piece by
// piece, goes on where a broken line stopped it, and then posts the form itself with the name of the finished upload.
// Without this script the form sends one file in one request. A field with data-paste takes pasted pictures too.
(() => {
  const TRIES = 60, SHORTEST = 500, LONGEST = 15000; // milliseconds between tries

  class Refused extends Error {
    constructor(status, problem) {
      const said = (problem.errors || []).map((one) => one.message).join(" ");
      super(said || (problem.unmet || []).map((one) => one.message).join(" ") || problem.detail || String(status));
      this.status = status;
      this.problem = problem;
    }
  }

  const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

  const call = async (form, address, method, body, headers = {}) => {
    const token = form.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(address, { method, body, headers: { "X-CSRFToken": token, Accept: "application/json", ...headers } });
    if (answer.status >= 500) throw new Error(answer.status);
    const told = await answer.json();
    if (!answer.ok) throw new Refused(answer.status, told);
    return told;
  };

  // What was begun before the line broke or the page was left, if the desk still knows it.
  const begun = async (form, keep) => {
    const uuid = localStorage.getItem(keep);
    if (!uuid) return null;
    try {
      return await call(form, `${form.dataset.uploads}/${uuid}`, "GET");
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  };

  const again = async (form, waiting, work) => {
    for (let tried = 0; ; tried += 1) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Refused || tried >= TRIES) throw error;
        waiting();
        await pause(Math.min(LONGEST, SHORTEST * 2 ** tried));
      }
    }
  };

  const send = async (form, file, told) => {
    const keep = `upload:${file.name}:${file.size}:${file.lastModified}`, base = form.dataset.uploads;
    const json = { "Content-Type": "application/json" };
    let upload = await again(form, told.waiting, async () => (
      await begun(form, keep) || call(form, base, "POST", JSON.stringify({ name: file.name, size: file.size }), json)
    ));
    localStorage.setItem(keep, upload.uuid);
    while (upload.offset < file.size) {
      told.sent(upload.offset / file.size);
      upload = await again(form, told.waiting, async () => {
        const part = file.slice(upload.offset, upload.offset + upload.part_bytes);
        const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": upload.offset };
        try {
          return await call(form, `${base}/${upload.uuid}/parts`, "POST", part, headers);
        } catch (error) {
          if (error.problem?.code !== "wrong_offset") throw error;
          return { ...upload, offset: error.problem.offset };
        }
      });
    }
    told.sent(1);
    try {
      await again(form, told.waiting, () => call(form, `${base}/${upload.uuid}/finish`, "POST", "{}", json));
    } catch (error) {
      if (error instanceof Refused) call(form, `${base}/${upload.uuid}`, "DELETE").catch(() => {});
      throw error;
    } finally {
      localStorage.removeItem(keep);
    }
    return upload.uuid;
  };

  const post = async (form, uuid) => {
    const values = new FormData(form);
    values.delete("file");
    values.delete("photo");
    values.set("upload", uuid);
    const answer = await fetch(form.action, { method: "POST", body: values });
    if (answer.ok) return answer.url;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = [...page.querySelectorAll(".err, .errors li, main h1")].map((one) => one.textContent.trim());
    throw new Refused(answer.status, { detail: said.join(" ") });
  };

  const prepare = (form) => {
    const dropped = [], list = form.querySelector("[data-chosen]"), note = form.querySelector("output");
    const bar = form.querySelector("progress"), button = form.querySelector("button");
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const said = (name, file) => form.dataset[name].replace("{}", file.name);

    const chosen = () => [...inputs.flatMap((input) => [...input.files]), ...dropped];
    const show = () => {
      list.replaceChildren(...dropped.map((file) => {
        const line = document.createElement("li");
        line.textContent = file.name;
        return line;
      }));
      list.hidden = dropped.length === 0;
      note.textContent = "";
    };
    const take = (files) => { dropped.push(...files); show(); };

    inputs[0].multiple = true;
    form.querySelector("[data-hint]").hidden = false;
    form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("over");
      take(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      take(event.clipboardData.files);
    });

    form.addEventListener("submit", async (event) => {
      const files = chosen();
      if (files.length === 0) return;
      event.preventDefault();
      button.disabled = true;
      bar.hidden = false;
      let next = null;
      try {
        for (const file of files) {
          bar.value = 0;
          const uuid = await send(form, file, {
            waiting: () => { note.textContent = form.dataset.waiting; },
            sent: (share) => { bar.value = share; note.textContent = said(share < 1 ? "sending" : "checking", file); },
          });
          next = await post(form, uuid);
        }
        const page = next.split("#")[0];
        location.replace(`${page}#evidence`);
        if (location.href.split("#")[0] === page) location.reload();
      } catch (error) {
        note.textContent = error instanceof Refused ? error.message : form.dataset.failed;
        note.classList.add("bad");
        button.disabled = false;
        bar.hidden = true;
      }
    });
  };

  document.querySelectorAll("form.upload").forEach(prepare);
  const field = document.querySelector("input[data-paste]");
  if (field) {
    document.addEventListener("paste", (event) => {
      const picture = [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));
      if (!picture) return;
      event.preventDefault();
      const held = new DataTransfer();
      held.items.add(picture);
      field.files = held.files;
    });
  }
})();
