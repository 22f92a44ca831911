// Saves each answer as it is given. One request a skill at a time; what fails is tried
// again until it is stored. The page's own button works without any of this.
const form = document.getElementById("questions");
const state = document.getElementById("save-state");
const token = form.elements.csrfmiddlewaretoken.value;
const words = form.dataset;
const RETRY_MS = 5000;
const TYPING_MS = 700;
const SECONDS_PER_SKILL = 20;
const waiting = new Set(); // changed again while being saved
const running = new Set();
const failed = new Set(); // not reached the server: tried again without the person
const refused = new Set(); // the person decides: only their next choice is sent
const typing = new Map();

function show(text, trouble = false) {
  state.textContent = text;
  state.classList.toggle("save-state-failed", trouble);
}

// "Saved" is not said while one answer is left behind.
function allSaved() {
  return !failed.size && !refused.size;
}

function note(question, text) {
  question.querySelector(".question-note")?.remove();
  question.classList.toggle("question-failed", Boolean(text));
  if (!text) {
    question.querySelector(".notice")?.remove();
    return;
  }
  const line = document.createElement("p");
  line.className = "question-note";
  line.setAttribute("role", "alert");
  line.textContent = text;
  question.querySelector(".choices").before(line);
}

function fields(question) {
  const skill = question.dataset.skill;
  return {
    skill,
    rating: question.querySelector(`[name="rating-${skill}"]:checked`),
    evidence: form.elements[`evidence-${skill}`],
    revision: form.elements[`revision-${skill}`],
  };
}

function progress({ rated, total }) {
  const answered = document.getElementById("answered");
  // Questions are saved side by side, so an earlier count can come later; none is ever taken back.
  const count = Math.max(rated, Number(answered.textContent));
  answered.textContent = count;
  document.getElementById("minutes").textContent = Math.ceil(((total - count) * SECONDS_PER_SKILL) / 60);
  document.getElementById("progress-bar").setAttribute("width", Math.floor((100 * count) / total));
}

function labelOf(question, value) {
  return question.querySelector(`[value="${value}"] + label .choice-name`)?.textContent ?? "";
}

async function save(question) {
  clearTimeout(typing.get(question));
  typing.delete(question);
  const { skill, rating, evidence, revision } = fields(question);
  if (!rating) return;
  if (running.has(question)) {
    waiting.add(question);
    return;
  }
  running.add(question);
  waiting.delete(question);
  if (allSaved()) show(words.saving);
  const body = new URLSearchParams({ rating: rating.value, evidence: evidence.value, revision: revision.value });
  try {
    const reply = await fetch(words.save.replace("SKILL", skill), {
      method: "POST",
      body,
      keepalive: true,
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    await take(question, reply);
  } catch {
    failed.add(question);
    show(words.failed, true);
    setTimeout(() => failed.has(question) && save(question), RETRY_MS);
  } finally {
    running.delete(question);
  }
  if (waiting.has(question)) save(question);
}

function refuse(question, text) {
  refused.add(question);
  note(question, text);
  show(words.refused, true);
}

async function take(question, reply) {
  if (reply.status >= 500) throw new Error("try again");
  failed.delete(question);
  if (reply.status === 404 || reply.status === 403) {
    refuse(question, words.closed);
    return;
  }
  const answer = await reply.json();
  const { evidence, revision } = fields(question);
  if (reply.ok) {
    revision.value = answer.revision;
    refused.delete(question);
    note(question, "");
    progress(answer);
    if (allSaved()) show(words.saved);
  } else if (reply.status === 409 && "revision" in answer) {
    revision.value = answer.revision;
    const own = evidence.value;
    if (!own.trim()) evidence.value = answer.evidence; // else choosing again would wipe it
    const stored = [labelOf(question, answer.rating), answer.evidence].filter(Boolean).join(", ");
    refuse(question, `${words.stale} ${stored}. ${words.staleAgain}`);
  } else if (reply.status === 409) {
    refuse(question, answer.message);
  } else {
    refuse(question, Object.values(answer.errors).flat().join(" "));
  }
}

function questionOf(event) {
  return event.target.closest("[data-skill]");
}

form.addEventListener("change", (event) => {
  const question = questionOf(event);
  if (question) save(question);
});

// Choosing the answer that was refused once more changes nothing, yet is meant.
form.addEventListener("click", (event) => {
  const question = questionOf(event);
  if (question && event.target.matches("input[type=radio]") && refused.has(question)) save(question);
});

// Evidence is saved while it is typed, and at the latest when the page is left.
form.addEventListener("input", (event) => {
  const question = questionOf(event);
  if (!question || !event.target.matches("textarea")) return;
  clearTimeout(typing.get(question));
  typing.set(question, setTimeout(() => save(question), TYPING_MS));
});

addEventListener("pagehide", () => {
  for (const question of typing.keys()) save(question);
});

addEventListener("online", () => {
  for (const question of failed) save(question);
});

// A page brought back by the Back button may hold older revisions than the server.
addEventListener("pageshow", (event) => event.persisted && location.reload());
