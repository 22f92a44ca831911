// Computes again whenever something is changed; the button does the same without this.
const form = document.getElementById("what-if");
let latest = 0;

form.addEventListener("change", async () => {
  const number = ++latest;
  const fields = new URLSearchParams(new FormData(form));
  for (const select of form.querySelectorAll("select")) {
    if (select.value === select.dataset.now) fields.delete(select.name);
  }
  const address = `?${fields}`;
  const reply = await fetch(address);
  if (!reply.ok || number !== latest) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  document.getElementById("what-if-result").innerHTML = page.getElementById("what-if-result").innerHTML;
  history.replaceState(null, "", address);
});
