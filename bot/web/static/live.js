// New words on an open page, without moving what is being read. Everything works without it.
"use strict";

(() => {
  const place = document.querySelector("[data-live]");
  const note = document.getElementById("news");
  if (!place || !note || !window.EventSource) return;

  let fresh = 0;
  let first = null;

  // What is read, the first thing of the discussion that is in view, stays where it is.
  const still = change => {
    const root = document.documentElement;
    root.style.overflowAnchor = "none"; // we do it ourselves, the same in every browser
    const kept = [...document.querySelectorAll(".remark, .talk, .tips > li, #reply, h1")]
      .filter(thing => thing.getBoundingClientRect().bottom > 0)
      .map(thing => ({ thing, top: thing.getBoundingClientRect().top }));
    change();
    const left = kept.find(({ thing }) => thing.isConnected);
    const moved = left ? left.thing.getBoundingClientRect().top - left.top : 0;
    if (moved && window.scrollY > 0) window.scrollBy({ top: moved, behavior: "instant" });
  };

  // Our own server made it, by the same template as the page itself.
  const made = html => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return [...holder.content.children];
  };

  const say = (text, href) => {
    const words = href ? document.createElement("a") : document.createElement("span");
    words.textContent = text;
    if (href) words.href = href;
    note.replaceChildren(words);
  };

  const insert = (told, entry) => {
    if (told.after === null) {
      if (place.dataset.number !== "1") return false;
      place.prepend(entry);
      return true;
    }
    let before = document.getElementById(told.after);
    if (!before || !place.contains(before)) return false;
    const fold = before.closest(".fold");
    if (fold && told.depth <= 1) before = fold;
    before.after(entry);
    return true;
  };

  const announce = (told, isHere) => {
    fresh += 1;
    const way = isHere && first === null ? `#${told.anchor}` : first;
    const page = `${location.pathname}?at=${encodeURIComponent(told.anchor)}#${told.anchor}`;
    first = way || page;
    say(fresh === 1 ? "1 new reply" : `${fresh} new replies`, first);
  };

  const take = told => {
    if (told.reload) return say("Much was said meanwhile: load this page again", location.href);
    if (told.talks !== undefined) {
      const list = document.getElementById("talks");
      if (list) still(() => list.replaceChildren(...made(told.talks)));
      return say("There are new replies");
    }
    const title = document.getElementById("discussion-title");
    if (title) title.textContent = told.count === 1 ? "1 reply" : `${told.count || "No"} ${told.count ? "replies" : "reply yet"}`;
    // A notice about a held reply bears its anchor, too: it stands outside the thread, and stays.
    const known = place.querySelector(`#${CSS.escape(told.anchor)}`);
    const [entry] = made(told.html);
    if (!entry) return known && still(() => known.remove());
    if (known) {
      if (known.querySelector("form")) return; // their own, with the button that deletes it
      return still(() => known.replaceWith(entry));
    }
    if (entry.classList.contains("gone")) return;
    let isHere = false;
    still(() => { isHere = insert(told, entry); });
    announce(told, isHere);
  };

  const source = new EventSource(place.dataset.live);
  source.onmessage = event => take(JSON.parse(event.data));
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
})();
