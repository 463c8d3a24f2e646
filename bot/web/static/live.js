// Shows new replies on an open page without moving the text that is read. Pages work without it.
"use strict";

(() => {
  const place = document.querySelector("[data-live]");
  const note = document.getElementById("news");
  if (!place || !note || !window.EventSource) return;

  let fresh = 0;
  let first = null;

  // The first part of the page that is in view keeps its place on the screen.
  const keepPosition = change => {
    const root = document.documentElement;
    root.style.overflowAnchor = "none"; // done below, the same in every browser
    const kept = [...document.querySelectorAll(".remark, .talk, .tips > li, #reply, h1")]
      .filter(thing => thing.getBoundingClientRect().bottom > 0)
      .map(thing => ({ thing, top: thing.getBoundingClientRect().top }));
    change();
    const left = kept.find(({ thing }) => thing.isConnected);
    const moved = left ? left.thing.getBoundingClientRect().top - left.top : 0;
    if (moved && window.scrollY > 0) window.scrollBy({ top: moved, behavior: "instant" });
  };

  // The HTML comes from this server, by the same template as the page itself.
  const elementsOf = html => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return [...holder.content.children];
  };

  const showNote = (text, href) => {
    const words = href ? document.createElement("a") : document.createElement("span");
    words.textContent = text;
    if (href) words.href = href;
    note.replaceChildren(words);
  };

  const insert = (message, entry) => {
    if (message.after === null) {
      if (place.dataset.number !== "1") return false;
      place.prepend(entry);
      return true;
    }
    let before = document.getElementById(message.after);
    if (!before || !place.contains(before)) return false;
    const fold = before.closest(".fold");
    if (fold && message.depth <= 1) before = fold;
    before.after(entry);
    return true;
  };

  const countNew = (message, isHere) => {
    fresh += 1;
    const way = isHere && first === null ? `#${message.anchor}` : first;
    const page = `${location.pathname}?at=${encodeURIComponent(message.anchor)}#${message.anchor}`;
    first = way || page;
    showNote(fresh === 1 ? "1 new reply" : `${fresh} new replies`, first);
  };

  const update = message => {
    if (message.reload) return showNote("There are many new replies: reload this page", location.href);
    if (message.talks !== undefined) {
      const list = document.getElementById("talks");
      if (list) keepPosition(() => list.replaceChildren(...elementsOf(message.talks)));
      return showNote("There are new replies");
    }
    const title = document.getElementById("discussion-title");
    if (title) title.textContent = message.count === 1 ? "1 reply" : `${message.count || "No"} ${message.count ? "replies" : "replies yet"}`;
    // The notice about a held reply has the same anchor; it is outside the thread, and stays.
    const known = place.querySelector(`#${CSS.escape(message.anchor)}`);
    const [entry] = elementsOf(message.html);
    if (!entry) return known && keepPosition(() => known.remove());
    if (known) {
      if (known.querySelector("form")) return; // the visitor's own, with the button that deletes it
      return keepPosition(() => known.replaceWith(entry));
    }
    if (entry.classList.contains("gone")) return;
    let isHere = false;
    keepPosition(() => { isHere = insert(message, entry); });
    countNew(message, isHere);
  };

  const source = new EventSource(place.dataset.live);
  source.onmessage = event => update(JSON.parse(event.data));
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
})();
