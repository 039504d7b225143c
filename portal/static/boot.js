// Starts the portal. A file of its own because the content security policy allows no inline script.
import init from "@portal.js@";

init({ module_or_path: "@portal.wasm@" }).catch((error) => {
  const note = document.createElement("p");
  note.className = "noscript";
  note.setAttribute("role", "alert");
  note.textContent =
    "The portal could not start in this browser (" + error + "). Reload the page; if that does not help, use a " +
    "current Chrome, Edge, Firefox or Safari.";
  document.body.append(note);
});
