// Lets a reader of the interface's description try a request, and shows what came back.

for (const form of document.querySelectorAll<HTMLFormElement>("form.attempt")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(form);
  });
}

async function attempt(form: HTMLFormElement): Promise<void> {
  const given = new FormData(form);
  const left = new URLSearchParams();
  let path = form.dataset["path"] ?? "";
  for (const [name, value] of given) {
    if (name === "body") continue;
    const place = `{${name}}`;
    if (path.includes(place)) path = path.replace(place, encodeURIComponent(String(value)));
    else if (value) left.set(name, String(value));
  }
  const method = form.dataset["method"] ?? "GET";
  const request: RequestInit = { method, credentials: "omit" };
  if (method === "POST") {
    request.body = String(given.get("body") ?? "");
    request.headers = { "Content-Type": "application/json" };
  }
  const shown = form.querySelector("pre");
  try {
    const answer = await fetch(left.size > 0 ? `${path}?${left}` : path, request);
    const text = await answer.text();
    if (shown) shown.textContent = `${answer.status} ${answer.statusText}\n\n${readable(text)}`;
  } catch (error) {
    if (shown) shown.textContent = String(error);
  }
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
