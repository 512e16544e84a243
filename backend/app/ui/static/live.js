// Shows local times, and keeps a page that follows an environment as the service has it now.
"use strict";

const NEWS = ["revision", "canary", "rolled_back", "destroyed", "rollout", "proposal", "protection", "schema", "reset"];
const SHORTEST_PAUSE = 400; // milliseconds between two looks at the page, however many verdicts come
const PATIENCE = 1500; // milliseconds without a connection before the page says so
const AGAIN = 3000; // milliseconds until a stream is opened anew that the browser has given up
const KEPT_HIDDEN = 30000; // milliseconds for which a page that nobody sees keeps its stream: browsers have six
const HIDDEN = 60000; // milliseconds between two looks without a stream
const HEADER = [".tabs", ".about", ".who"]; // who is signed in may be somebody else by now, by another tab
const CONTROLS = "input:not([type=hidden]), select, textarea";

function localOf(moment) {
  const isSameDay = moment.getDate() === moment.getUTCDate();
  return isSameDay ? moment.toLocaleTimeString() : moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

function showLocalTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.dataset.local = localOf(moment);
    if (moment.getTimezoneOffset() !== 0) time.append(` (here ${time.dataset.local})`);
  }
}

function textOf(root) {
  return root.querySelector("[data-announce]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
}

// What tells an element from others on the page, also after it was made anew.
function nameOf(element) {
  const form = element.form?.getAttribute("action") ?? "";
  const own = element.id || element.name || element.getAttribute("href") || element.textContent.trim();
  return [element.localName, form, own, element.type === "radio" ? element.value : ""].join("\n");
}

function findByName(root, selector, name) {
  return [...root.querySelectorAll(selector)].find((each) => nameOf(each) === name);
}

function isTouched(control) {
  if (control.localName === "select") return [...control.options].some((each) => each.selected !== each.defaultSelected);
  return control.type === "checkbox" || control.type === "radio" ? control.checked !== control.defaultChecked : control.value !== control.defaultValue;
}

// Puts what the service has now in the place of what is shown, and leaves alone what somebody does there.
function replaceContent(fresh) {
  const shown = document.querySelector("main");
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const open = [...shown.querySelectorAll("details[open][id]")].map((each) => each.id);
  const typed = [...shown.querySelectorAll(CONTROLS)].filter((each) => each === focused || isTouched(each));
  const selection = focused?.selectionStart != null ? [focused.selectionStart, focused.selectionEnd] : null;

  for (const id of open) fresh.querySelector(`details#${CSS.escape(id)}`)?.setAttribute("open", "");
  showLocalTimes(fresh);
  shown.replaceWith(fresh);
  for (const control of typed) {
    const same = findByName(fresh, CONTROLS, nameOf(control));
    if (!same) continue;
    same.value = control.value;
    if ("checked" in control) same.checked = control.checked;
  }
  if (!focused) return;
  const same = findByName(fresh, focused.localName, nameOf(focused)) ?? fresh;
  same.focus({ preventScroll: true });
  if (selection && same.setSelectionRange) same.setSelectionRange(...selection);
}

function replacePart(shown, fresh) {
  if (!shown || !fresh || shown.outerHTML === fresh.outerHTML) return;
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  shown.replaceWith(fresh);
  if (focused) findByName(fresh, focused.localName, nameOf(focused))?.focus({ preventScroll: true });
}

function follow(address) {
  const announcer = document.createElement("p");
  announcer.className = "hidden";
  announcer.setAttribute("role", "status");
  const connection = document.createElement("p");
  connection.className = "connection";
  connection.setAttribute("role", "alert");
  connection.hidden = true;
  document.querySelector("main").before(announcer, connection);

  let source = null;
  let known = document.querySelector("main").outerHTML;
  let looking = false;
  let wanted = false;
  let isOver = false;
  let losing = 0;
  let opening = 0;
  let hiding = 0;
  let polling = 0;

  function lost() {
    losing ||= setTimeout(() => {
      const since = new Date().toLocaleTimeString();
      connection.textContent = `! The connection is lost: this page shows how it was at ${since}, and tries again by itself`;
      connection.hidden = false;
    }, PATIENCE);
  }

  function found() {
    clearTimeout(losing);
    losing = 0;
    if (!connection.hidden) announcer.textContent = "Connected again";
    connection.hidden = true;
  }

  function end(why) {
    isOver = true;
    close();
    clearTimeout(losing);
    connection.textContent = `! ${why}: this page does not change any more. `;
    const link = document.createElement("a");
    link.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = "Sign in";
    connection.append(link);
    connection.hidden = false;
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) return;
    document.title = page.title;
    for (const part of HEADER) replacePart(document.querySelector(part), page.querySelector(part));
    if (fresh.outerHTML === known) return;
    known = fresh.outerHTML;
    const before = textOf(document);
    replaceContent(document.adoptNode(fresh));
    const after = textOf(document);
    if (after !== before) announcer.textContent = after;
  }

  async function look() {
    wanted = true;
    if (looking || isOver) return;
    looking = true;
    try {
      while (wanted && !isOver) {
        wanted = false;
        const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (answer.redirected) return end("You are signed out");
        if (answer.status === 403 || answer.status === 404) return end("You may not see this any more, or it is gone");
        if (answer.ok) show(await answer.text());
        else setTimeout(look, AGAIN);
        if (source?.readyState === EventSource.OPEN) found();
        await new Promise((resolve) => setTimeout(resolve, SHORTEST_PAUSE));
      }
    } catch {
      lost();
      setTimeout(look, AGAIN);
    } finally {
      looking = false;
    }
  }

  function hear(event) {
    const spread = JSON.parse(event.data).spread_ms ?? 0;
    setTimeout(look, Math.random() * Math.min(spread, 1000));
  }

  function open() {
    close();
    if (isOver) return;
    source = new EventSource(address);
    source.addEventListener("hello", () => {
      found();
      look();
    });
    for (const each of NEWS) source.addEventListener(each, hear);
    source.addEventListener("goaway", () => setTimeout(look, SHORTEST_PAUSE)); // another tab may be about to get a cookie
    source.onerror = () => {
      lost();
      if (source.readyState !== EventSource.CLOSED) return;
      look();
      opening = setTimeout(open, AGAIN);
    };
  }

  function close() {
    clearTimeout(opening);
    clearInterval(polling);
    source?.close();
    source = null;
  }

  function hide() {
    close();
    if (!isOver) polling = setInterval(look, HIDDEN);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(hide, KEPT_HIDDEN);
    else if (!source) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  if (document.hidden) hide();
  else open();
}

const followed = document.querySelector("[data-follow]");
if (followed && "EventSource" in window) follow(followed.dataset.follow);
showLocalTimes(document);
