// The matrix as a grid: the arrow keys move, digits rate, and each change is saved with the
// revision that this page knows. Without it every cell is a link to its form.
const table = document.getElementById("matrix");
const words = table?.dataset ?? {};
const canChange = Boolean(words.save);
const RETRY_MS = 5000;
const CHECK_MS = 400;
const PAGE_ROWS = 10;
const FIRST_IMPORTANCE = 3;
const grid = [...(table?.querySelectorAll("tr[data-skill]") ?? [])].map((row) => [...row.querySelectorAll("td")]);
const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// What a cell holds. Rating 0: the level does not require the skill.
function read(cell) {
  const { rating, importance, essential } = cell.dataset;
  return { rating: Number(rating), importance: Number(importance), essential: Boolean(essential) };
}

function same(one, other) {
  if (!one.rating && !other.rating) return true;
  return one.rating === other.rating && one.importance === other.importance && one.essential === other.essential;
}

function inWords({ rating, importance, essential }) {
  if (!rating) return words.none;
  const required = fill(words.required, { rating, importance });
  return essential ? `${required}, ${words.essential}` : required;
}

function placeOf(cell) {
  const row = cell.closest("tr");
  const level = table.querySelector(`thead [data-level="${cell.dataset.level}"]`);
  return { skill: row.querySelector("th").textContent.trim(), level: level.textContent.trim() };
}

function write(cell, value) {
  const { rating, importance, essential } = value.rating ? value : { rating: 0, importance: 0, essential: false };
  Object.assign(cell.dataset, { rating, importance, essential: essential ? "1" : "" });
  const [number, dots, spoken] = cell.querySelectorAll(".cell > span");
  number.textContent = rating || "–";
  dots.textContent = "●".repeat(importance);
  spoken.textContent = inWords(value);
}

// Where the person is: one active cell, and a range from the anchor to it.
let active = { row: 0, column: 0 };
let anchor = active;

function range() {
  const [top, bottom] = [active.row, anchor.row].sort((a, b) => a - b);
  const [left, right] = [active.column, anchor.column].sort((a, b) => a - b);
  return grid.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
}

function find(cell) {
  const row = grid.findIndex((cells) => cells.includes(cell));
  return { row, column: grid[row].indexOf(cell) };
}

function show() {
  const chosen = new Set(range().flat());
  for (const [row, cells] of grid.entries()) {
    for (const [column, cell] of cells.entries()) {
      cell.tabIndex = row === active.row && column === active.column ? 0 : -1;
      cell.setAttribute("aria-selected", chosen.has(cell));
    }
  }
  if (canChange) showEditor(chosen.size);
}

function showEditor(size) {
  const editor = byId("cell-editor");
  const cell = grid[active.row][active.column];
  const { skill, level } = placeOf(cell);
  const { rating, importance, essential } = read(cell);
  byId("editor-title").textContent = `${skill} × ${level}${size > 1 ? ` (${size})` : ""}`;
  byId("open-cell").href = cell.querySelector("a").href;
  for (const button of editor.querySelectorAll("button:not([data-undo])")) {
    const { rating: wanted, importance: weight } = button.dataset;
    const isOn = wanted ? Number(wanted) === rating : weight ? Number(weight) === importance : essential;
    button.setAttribute("aria-pressed", isOn);
  }
}

function go(row, column, extend = false) {
  active = {
    row: Math.min(Math.max(row, 0), grid.length - 1),
    column: Math.min(Math.max(column, 0), grid[0].length - 1),
  };
  if (!extend) anchor = active;
  show();
  grid[active.row][active.column].focus();
}

function announce(text) {
  byId("announce").textContent = text;
}

// Said to everybody: by the screen reader, and in a line that stays until the next change.
function say(text) {
  announce(text);
  byId("said").textContent = text;
}

// Changes: painted at once, remembered for undo, saved one request at a time.
const done = [];
const dirty = new Set();
let sending = false;
let timer;
let token = byId("csrf")?.value;

function change(changes, { undoable = true } = {}) {
  const real = changes.filter(([cell, value]) => !cell.dataset.gone && !same(read(cell), value));
  byId("said").textContent = "";
  if (!real.length) return 0;
  if (undoable) done.push(real.map(([cell]) => [cell, read(cell)]));
  for (const [cell, value] of real) {
    write(cell, value);
    dirty.add(cell);
  }
  show();
  send();
  return real.length;
}

function tell(count, cell) {
  if (count === 1) announce(fill(words.cell, { ...placeOf(cell), state: inWords(read(cell)) }));
  else if (count) announce(fill(words.changed, { count }));
}

function set(make) {
  const cells = range().flat();
  const changes = cells.map((cell) => [cell, make(read(cell))]).filter(([, value]) => value);
  if (!changes.length) say(words.first);
  else if (change(changes)) tell(changes.length, changes[0][0]);
}

const setRating = (rating) => set((cell) => ({ ...cell, rating, importance: cell.importance || FIRST_IMPORTANCE }));
const setImportance = (importance) => set((cell) => cell.rating && { ...cell, importance });

function toggleEssential() {
  const asked = range().flat().map(read).filter((cell) => cell.rating);
  const essential = !asked.every((cell) => cell.essential);
  set((cell) => cell.rating && { ...cell, essential });
}

function undo() {
  const before = done.pop();
  if (!before) return say(words.nothing);
  change(before, { undoable: false });
  announce(fill(words.undone, { count: before.length }));
}

// Saving.
function state(text, trouble = false) {
  const line = byId("save-state");
  line.textContent = text;
  line.classList.toggle("save-state-failed", trouble);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(send, RETRY_MS);
}

function parcel(cell) {
  const { level, revision } = cell.dataset;
  return { level, skill: cell.closest("tr").dataset.skill, ...read(cell), revision: Number(revision) };
}

async function send() {
  if (sending || !dirty.size) return;
  sending = true;
  const cells = [...dirty];
  const sent = cells.map(parcel);
  dirty.clear();
  state(words.saving);
  try {
    const reply = await fetch(words.save, {
      method: "POST",
      body: JSON.stringify({ cells: sent }),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    });
    if (reply.status >= 500) throw new Error("try again");
    if (reply.status === 403) {
      keep(cells);
      state(words.signedOut, true);
      await renewToken();
      later();
    } else {
      take(await reply.json(), cells, sent);
    }
  } catch {
    keep(cells);
    state(words.failed, true);
    later();
  } finally {
    sending = false;
  }
  if (dirty.size && !byId("save-state").classList.contains("save-state-failed")) send();
}

function keep(cells) {
  for (const cell of cells) dirty.add(cell);
}

// Signing in again gives a new token; the page as the server writes it now holds that.
async function renewToken() {
  // Still signed out, the reply leads to the login page: that is not followed.
  const reply = await fetch(location.pathname, { redirect: "manual" });
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  token = page.getElementById("csrf")?.value ?? token;
}

function cellOf({ level, skill }) {
  return table.querySelector(`tr[data-skill="${skill}"] td[data-level="${level}"]`);
}

function take(answer, cells, sent) {
  if (answer.errors) {
    refused(answer, cells);
    return;
  }
  for (const stored of answer.cells) {
    const cell = cellOf(stored);
    cell.dataset.revision = stored.revision;
    settle(cell);
  }
  for (const stored of answer.stale) {
    const cell = cellOf(stored);
    const mine = dirty.has(cell) ? read(cell) : sent[cells.indexOf(cell)];
    dirty.delete(cell);
    cell.dataset.revision = stored.revision;
    write(cell, stored);
    conflict(cell, mine, stored);
  }
  show();
  state(answer.stale.length ? "" : words.saved);
  clearTimeout(refreshing);
  refreshing = setTimeout(refreshCheck, CHECK_MS);
  document.dispatchEvent(new CustomEvent("draft-saved"));
}

// A cell that is in the draft no more loses its change, said for good; the others are sent again.
function refused({ errors, gone }, cells) {
  const lost = gone && cellOf(gone);
  keep(cells.filter((cell) => cell !== lost));
  state(`${words.refused} ${errors.join(" ")}`, true);
  if (!lost) return;
  lost.dataset.gone = "1";
  forget(lost);
  const line = document.createElement("p");
  line.className = "notice notice-warn conflict";
  line.textContent = `${words.refused} ${errors.join(" ")}`;
  byId("conflicts").append(line);
  setTimeout(send, 0);
}

// Nothing to undo where somebody else has had the last word.
function forget(cell) {
  for (let index = done.length - 1; index >= 0; index -= 1) {
    done[index] = done[index].filter(([each]) => each !== cell);
    if (!done[index].length) done.splice(index, 1);
  }
}

// Somebody else changed the cell: both values are shown, and the person decides.
function conflict(cell, mine, stored) {
  settle(cell);
  forget(cell);
  const line = document.createElement("p");
  line.className = "notice notice-warn conflict";
  line.dataset.cell = cell.id;
  const text = fill(words.stale, { ...placeOf(cell), stored: inWords(stored), mine: inWords(mine) });
  line.append(text, " ");
  for (const [label, act] of [
    [words.theirs, () => {}],
    [words.mine, () => change([[cell, mine]])],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = label;
    button.addEventListener("click", () => {
      settle(cell);
      act();
      cell.focus();
    });
    line.append(button, " ");
  }
  byId("conflicts").append(line);
}

function settle(cell) {
  document.querySelector(`.conflict[data-cell="${cell.id}"]`)?.remove();
}

let refreshing;

async function refreshCheck() {
  try {
    const reply = await fetch(words.check, { redirect: "manual" });
    if (!reply.ok) return;
    byId("check").outerHTML = await reply.text();
    byId("check-sum").innerHTML = byId("check").querySelector("[data-check-sum]").innerHTML;
  } catch {
    // Without network the panel keeps what it shows.
  }
}

// Copy and paste: a range as lines of tab-separated cells, "3 5 E".
function asText({ rating, importance, essential }) {
  return rating ? `${rating} ${importance}${essential ? " E" : ""}` : "";
}

function parse(text) {
  const trimmed = text.trim();
  if (["", "0", "-", "–"].includes(trimmed)) return () => ({ rating: 0, importance: 0, essential: false });
  const match = /^([1-4])(?:\s+([1-5]))?(\s+e)?$/i.exec(trimmed);
  if (!match) return null;
  const [, rating, importance, essential] = match;
  return (cell) => ({
    rating: Number(rating),
    importance: Number(importance) || cell.importance || FIRST_IMPORTANCE,
    essential: Boolean(essential) || (!importance && cell.essential),
  });
}

// The cells of what a spreadsheet copied. One that holds a line end, a tab or a quote stands in
// quotes, each quote in it twice.
function cellsOf(text) {
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const pattern = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;
  const block = [[]];
  for (let end = ""; ; ) {
    const [, quoted, plain, delimiter] = pattern.exec(source);
    end = delimiter;
    block.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (!end) return block;
    if (end === "\n") block.push([]);
  }
}

function paste(text) {
  const block = cellsOf(text);
  const columns = Math.max(...block.map((line) => line.length));
  for (const [row, line] of block.entries()) {
    const column = line.findIndex((each) => !parse(each));
    if (column >= 0) return say(fill(words.bad, { row: row + 1, column: column + 1, text: line[column].slice(0, 40) }));
  }
  const chosen = range();
  if (block.length === 1 && columns === 1) {
    const make = parse(block[0][0]);
    return tell(change(chosen.flat().map((cell) => [cell, make(read(cell))])), chosen[0][0]);
  }
  const { row: top, column: left } = find(chosen[0][0]);
  if (top + block.length > grid.length || left + columns > grid[0].length) {
    return say(fill(words.wide, { rows: block.length, columns }));
  }
  const changes = block.flatMap((line, row) =>
    line.map((each, column) => {
      const cell = grid[top + row][left + column];
      return [cell, parse(each)(read(cell))];
    }),
  );
  const count = change(changes);
  anchor = { row: top, column: left };
  go(top + block.length - 1, left + columns - 1, true);
  announce(fill(words.changed, { count }));
}

// Keys.
function move(event) {
  const { row, column } = active;
  const last = { row: grid.length - 1, column: grid[0].length - 1 };
  const targets = {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    PageUp: [row - PAGE_ROWS, column],
    PageDown: [row + PAGE_ROWS, column],
    Home: event.ctrlKey ? [0, 0] : [row, 0],
    End: event.ctrlKey ? [last.row, last.column] : [row, last.column],
  };
  const target = targets[event.key];
  if (!target) return false;
  go(...target, event.shiftKey);
  return true;
}

// The letter of a key; on keyboards of other scripts, the one that is printed there as well.
function letter(event) {
  const key = event.key.toLowerCase();
  return /^[a-z]$/.test(key) ? key : (/^Key([A-Z])$/.exec(event.code)?.[1] ?? key).toLowerCase();
}

// The titles around the cells: from the first column or row one more step leads to them.
const rowTitle = (row) => grid[row]?.[0].closest("tr").querySelector("th a");
const columnTitle = (column) => table.querySelectorAll("thead th[data-level]")[column]?.querySelector("a");

function toTitle(event) {
  if (event.shiftKey || event.ctrlKey) return false;
  const title =
    (event.key === "ArrowLeft" && active.column === 0 && rowTitle(active.row)) ||
    (event.key === "ArrowUp" && active.row === 0 && columnTitle(active.column));
  title?.focus?.();
  return Boolean(title);
}

function moveInTitles(event, title) {
  const row = grid.findIndex((_, index) => rowTitle(index) === title);
  const column = grid[0].findIndex((_, index) => columnTitle(index) === title);
  const [back, on, into] = row >= 0 ? ["ArrowUp", "ArrowDown", "ArrowRight"] : ["ArrowLeft", "ArrowRight", "ArrowDown"];
  if (event.key === into) go(Math.max(row, 0), Math.max(column, 0));
  else if (event.key === back || event.key === on) {
    const step = event.key === on ? 1 : -1;
    (row >= 0 ? rowTitle(row + step) : columnTitle(column + step))?.focus();
  } else return false;
  return true;
}

function edit(event) {
  if (!canChange) return false;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || event.shiftKey || letter(event) !== "z") return false;
    undo();
    return true;
  }
  if (event.altKey) return false;
  // The key's place, not its letter: with Shift, each keyboard writes another sign.
  const digit = Number(/^(?:Digit|Numpad)([0-5])$/.exec(event.code)?.[1] ?? NaN);
  if (event.shiftKey && digit >= 1) setImportance(digit);
  else if (!event.shiftKey && digit <= 4) setRating(digit);
  else if (letter(event) === "e") toggleEssential();
  else if (event.key === "Delete" || event.key === "Backspace") setRating(0);
  else if (event.key === "Escape") go(active.row, active.column);
  else return false;
  return true;
}

function cellAt(target) {
  return target.closest?.("td[data-level]");
}

function start() {
  table.setAttribute("role", "grid");
  table.setAttribute("aria-multiselectable", "true");
  if (!canChange) table.setAttribute("aria-readonly", "true");
  table.closest(".scroll").removeAttribute("tabindex");
  for (const cell of grid.flat()) {
    cell.setAttribute("role", "gridcell");
    cell.querySelector("a")?.setAttribute("tabindex", "-1");
  }
  for (const link of table.querySelectorAll("th a")) link.tabIndex = -1;
  table.addEventListener("keydown", (event) => {
    const title = event.target.closest?.("th a");
    if (title) {
      if (moveInTitles(event, title)) event.preventDefault();
      return;
    }
    if (!cellAt(event.target)) return;
    if (event.key === "Enter" && canChange) grid[active.row][active.column].querySelector("a").click();
    else if (!toTitle(event) && !move(event) && !edit(event)) return;
    event.preventDefault();
  });
  table.addEventListener("click", (event) => {
    const cell = cellAt(event.target);
    // detail is 0 for a click that the Enter key made: that follows the link.
    if (!cell || event.detail === 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { row, column } = find(cell);
    go(row, column, event.shiftKey);
  });
  table.addEventListener("focusin", (event) => {
    const cell = cellAt(event.target);
    if (!cell || cell === grid[active.row][active.column]) return;
    active = anchor = find(cell);
    show();
  });
  show();
}

function startEditing() {
  const editor = byId("cell-editor");
  editor.hidden = false;
  editor.addEventListener("click", (event) => {
    const { rating, importance, essential, undo: back } = event.target.closest("button")?.dataset ?? {};
    if (rating) setRating(Number(rating));
    else if (importance) setImportance(Number(importance));
    else if (essential !== undefined) toggleEssential();
    else if (back !== undefined) undo();
  });
  document.addEventListener("copy", (event) => {
    if (!cellAt(document.activeElement)) return;
    const rows = range();
    event.clipboardData.setData("text/plain", rows.map((row) => row.map((cell) => asText(read(cell))).join("\t")).join("\n"));
    event.preventDefault();
    announce(fill(words.copied, { count: rows.flat().length }));
  });
  document.addEventListener("paste", (event) => {
    if (!cellAt(document.activeElement)) return;
    event.preventDefault();
    paste(event.clipboardData.getData("text/plain"));
  });
  addEventListener("beforeunload", (event) => (dirty.size || sending) && event.preventDefault());
  addEventListener("online", send);
}

// A finding leads to its cell in the grid; the link's own address is the cell's form.
function goTo(cell) {
  const { row, column } = find(cell);
  go(row, column);
}

if (grid.length && grid[0].length) {
  start();
  if (canChange) startEditing();
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("#check a[data-skill]");
    const cell = link && cellOf(link.dataset);
    if (!cell) return;
    event.preventDefault();
    goTo(cell);
  });
  const wanted = byId(decodeURIComponent(location.hash.slice(1)));
  if (wanted && cellAt(wanted)) goTo(wanted);
}

// A page brought back by the Back button may hold older revisions than the server.
addEventListener("pageshow", (event) => event.persisted && location.reload());
