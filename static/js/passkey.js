// Says beside the button when a passkey was not used, and hides the button where the browser knows no passkeys.
(() => {
  const note = document.getElementById("passkey-error");
  document.addEventListener("allauth.error", (event) => {
    if (!note) return;
    event.preventDefault();
    note.hidden = false;
  });
  const button = document.getElementById("passkey_login");
  if (button && !window.PublicKeyCredential) { button.hidden = true; button.previousElementSibling?.setAttribute("hidden", ""); }
})();
