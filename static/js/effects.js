// Loads what the draft would do to stored reports into the panel beside it, and again
// whenever the draft is saved ("draft-saved"). Without it the panel is a link to the page.
const panel = document.querySelector("[data-effects]");
let waiting;

async function load() {
  panel.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(panel.dataset.effects, { headers: { Accept: "text/html" } });
    // Signed out meanwhile, the reply is the login page: the link says more.
    if (response.ok && !response.redirected) panel.innerHTML = await response.text();
  } catch {
    // Without network the panel keeps what it shows.
  }
  panel.removeAttribute("aria-busy");
}

document.addEventListener("draft-saved", () => {
  clearTimeout(waiting);
  waiting = setTimeout(load, 1500);
});
load();
