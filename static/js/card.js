// Pictures of a text are SVG; networks take PNG. Where scripts run, the link shares or saves a PNG instead.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-card]");
  if (!link) return;
  event.preventDefault();
  const drawn = await (await fetch(link.href)).text();
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Number(link.dataset.width);
  canvas.height = Number(link.dataset.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/png"); });
  const name = link.pathname.split("/").slice(-2).join("-").replace(".svg", ".png");
  const file = new File([blob], name, { type: "image/png" });
  if (navigator.canShare?.({ files: [file] })) return navigator.share({ files: [file] }).catch(() => {});
  const save = document.createElement("a");
  save.href = URL.createObjectURL(blob);
  save.download = name;
  save.click();
  setTimeout(() => URL.revokeObjectURL(save.href), 10000);
});
