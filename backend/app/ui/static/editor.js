// Checks an env file while it is typed: sends the form as its "Check" button does, and shows what the page says of it.
"use strict";

const PAUSE_IN_MILLISECONDS = 400;
const HTML = { Accept: "text/html" };

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function isShown(page) {
  return page.getElementById("findings") !== null;
}

function refresh(page) {
  for (const part of document.querySelectorAll("[data-refreshed]")) {
    const now = page.getElementById(part.id);
    if (now && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
  }
}

function say(sentence) {
  const banner = document.createElement("div");
  banner.className = "banner stale";
  banner.append(Object.assign(document.createElement("p"), { textContent: `! ${sentence}` }));
  document.getElementById("outcome").replaceChildren(banner);
}

// Whoever has signed in anew in another tab has another token for forms, and what is typed here stays.
async function takeNewToken(form) {
  const page = parsed(await (await fetch(form.action, { headers: HTML })).text());
  const token = page.querySelector("form[data-checked] [name=form_token]")?.value;
  const mine = form.elements.namedItem("form_token");
  if (!token || token === mine.value) return false;
  mine.value = token;
  return true;
}

function watchText(form) {
  const text = form.elements.namedItem("text");
  const margin = addMargin(text);
  let timer = 0;
  let sending = new AbortController();

  async function ask() {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("do", "check");
    const answer = await fetch(form.action, { method: "POST", body: fields, signal: sending.signal, headers: HTML });
    return parsed(await answer.text());
  }

  async function check() {
    sending.abort();
    sending = new AbortController();
    try {
      let found = await ask();
      if (!isShown(found) && (await takeNewToken(form))) found = await ask();
      if (isShown(found)) refresh(found);
      else say("What you have typed was not checked: sign in in another tab, and go on here");
    } catch (error) {
      if (error.name === "AbortError") return;
      say("What you have typed was not checked: the service does not answer");
    }
    margin.show();
  }

  form.addEventListener("input", (event) => {
    if (event.target === text) margin.show();
    if (event.target.name === "message") return;
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_IN_MILLISECONDS);
  });
  document.getElementById("findings").addEventListener("click", (event) => {
    const place = event.target.closest("a[href='#text']")?.closest("[data-line]");
    if (!place) return;
    event.preventDefault();
    goTo(text, Number(place.dataset.line), Number(place.dataset.column));
  });
  const windows = form.elements.namedItem("windows");
  if (windows) {
    addFileChooser(form, async (file) => {
      const content = await file.text();
      windows.checked = content.includes("\r\n");
      text.value = content;
      margin.show();
      check();
    });
  }
  margin.show();
}

// A text field knows no line ends of Windows; a file tells whether it has them.
function addFileChooser(form, taken) {
  const label = Object.assign(document.createElement("label"), { className: "button", textContent: "Open a file… " });
  const chooser = Object.assign(document.createElement("input"), { type: "file", className: "hidden" });
  chooser.addEventListener("change", () => { if (chooser.files.length) taken(chooser.files[0]); });
  label.append(chooser);
  form.querySelector(".actions").append(label);
}

// Numbers the lines beside a text, with a sign at each one that something is wrong with.
function addMargin(text) {
  const box = document.createElement("div");
  const margin = document.createElement("pre");
  box.className = "with-margin";
  margin.setAttribute("aria-hidden", "true");
  text.replaceWith(box);
  box.append(margin, text);
  const scroll = () => { margin.scrollTop = text.scrollTop; };
  text.addEventListener("scroll", scroll);
  return {
    show() {
      const signs = new Map();
      for (const each of document.querySelectorAll("#findings [data-line]")) {
        const line = Number(each.dataset.line);
        if (signs.get(line) !== "✕") signs.set(line, each.dataset.sign);
      }
      const count = text.value.split("\n").length;
      const width = String(count).length;
      const lines = Array.from({ length: count }, (_, at) => `${signs.get(at + 1) ?? " "} ${String(at + 1).padStart(width)}`);
      margin.textContent = lines.join("\n");
      scroll();
    },
  };
}

function goTo(text, line, column) {
  const lines = text.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const before = Array.from(lines[line - 1] ?? "").slice(0, column - 1).join("");
  text.focus();
  text.setSelectionRange(start + before.length, start + before.length);
}

for (const form of document.querySelectorAll("form[data-checked]")) watchText(form);
