// Shows how far long work is (slips, letters, a register), and hands its file over or goes on; without scripts the form does.
"use strict";
const making = document.getElementById("making");

for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    make(form);
  });
}

async function make(form) {
  const bar = making.querySelector("progress");
  const count = making.querySelector(".progress-count");
  const note = making.querySelector("[data-note]");
  const stay = (event) => event.preventDefault();
  const show = (done, of) => {
    bar.max = of;
    bar.value = done;
    count.textContent = `${done} / ${of}`;
  };
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: form.dataset.progress },
  }).catch(() => null);
  if (answer !== null && !(answer.headers.get("Content-Type") || "").startsWith(form.dataset.progress)) {
    form.submit(); // refused, and nothing was made: the page that says why comes by the usual way
    return;
  }
  for (const other of document.querySelectorAll("form[data-progress]")) other.hidden = true;
  making.hidden = false;
  making.querySelector("h2").focus();
  window.addEventListener("beforeunload", stay);
  try {
    if (answer === null) throw new TypeError("no answer");
    const [head, file] = await read(answer.body.getReader(), show);
    if (head && head.go) {
      window.removeEventListener("beforeunload", stay);
      location.assign(head.go);
      return;
    }
    if (!file) throw new Error(head.problem);
    const link = making.querySelector("[data-file]");
    link.href = URL.createObjectURL(new Blob([file], { type: "application/pdf" }));
    link.download = head.name;
    link.hidden = false;
    note.textContent = making.dataset.saved;
    link.click();
  } catch (error) {
    note.textContent = error.message && !(error instanceof TypeError) ? error.message : making.dataset.broken;
    note.classList.add("field-error");
  } finally {
    window.removeEventListener("beforeunload", stay);
  }
}

// Lines of JSON, the last of which names the file's size; then the file. Gives [that line, the file's bytes or null].
async function read(reader, show) {
  let held = new Uint8Array(0);
  let head = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) {
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = joined;
    }
    while (head === null) {
      const end = held.indexOf(10);
      if (end < 0) break;
      const line = JSON.parse(new TextDecoder().decode(held.subarray(0, end)));
      held = held.slice(end + 1);
      if ("done" in line) show(line.done, line.of);
      else if ("problem" in line || "go" in line) return [line, null];
      else head = line;
    }
    if (done) {
      if (head === null || held.length !== head.bytes) throw new TypeError("cut off");
      return [head, held];
    }
  }
}
