// Starts the portal. A file of its own because the content security policy allows no inline script.
import init from "@portal.js@";

const say = (text) => {
  if (document.getElementById("stopped")) return;
  const note = document.createElement("p");
  note.id = "stopped";
  note.className = "stopped";
  note.setAttribute("role", "alert");
  note.textContent = text;
  document.body.append(note);
};

// A fault inside the portal stops all of it: say so, rather than leave a page that no longer answers.
const stopped = (cause) => {
  if (cause instanceof WebAssembly.RuntimeError) {
    say("The portal has stopped because of a fault of its own. Reload the page; what was saved is safe.");
  }
};
addEventListener("error", (event) => stopped(event.error));
addEventListener("unhandledrejection", (event) => stopped(event.reason));

// Taken out of the browser's store as it was left, a page knows nothing of what happened since.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const instead = document.getElementById("not-loaded");
init({ module_or_path: "@portal.wasm@" }).then(() => instead.remove()).catch((error) => {
  instead.classList.remove("late");
  say(
    "The portal could not start in this browser (" + error + "). Reload the page; if that does not help, use a " +
      "current Chrome, Edge, Firefox or Safari.",
  );
});
