// The demo home page: a repair form in two steps, a search over the homes in
// the page, and a panel that shows what the visitor's choice does. Nothing is
// sent to any host and nothing is stored here: remembering is Koektrommel's.
(function () {
  "use strict";

  const find = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // ------------------------------------------------------- repair form ---

  const repair = find("#repair-form");

  // The submit button is disabled in the page so that, without this script,
  // Enter cannot send a form that no server answers.
  all("[data-enable]", repair).forEach((button) => { button.disabled = false; });

  function showStep(step) {
    all("[data-step]", repair).forEach((part) => { part.hidden = part.dataset.step !== step; });
    all("[data-step-mark]").forEach((mark) => {
      if (mark.dataset.stepMark === step) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    });
    find("[data-result]", repair).textContent = "";
    find("#step-" + step).focus();
  }

  function fillSummary() {
    const list = find("[data-summary]", repair);
    list.replaceChildren();
    all("select, textarea", repair).forEach((field) => {
      if (!field.value) return;
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = field.labels[0].textContent.replace(/\s*\(.*\)$/, "");
      value.textContent = field.value;
      pair.append(term, value);
      list.append(pair);
    });
  }

  repair.addEventListener("submit", (event) => {
    event.preventDefault();
    fillSummary();
    showStep("2");
  });
  find("[data-back]", repair).addEventListener("click", () => showStep("1"));
  find("[data-send]", repair).addEventListener("click", () => {
    repair.reset();
    showStep("1");
    const result = find("[data-result]", repair);
    result.textContent = result.dataset.text;
  });

  // ------------------------------------------------------- home search ---

  const search = find("#search-form");
  const homes = all(".home");
  search.hidden = false;

  search.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = find("#search-place").value;
    const rooms = Number(find("#search-rooms").value);
    const rent = Number(find("#search-rent").value);
    let shown = 0;
    homes.forEach((home) => {
      const data = home.dataset;
      const fits = (!place || data.place === place) && Number(data.rooms) >= rooms && Number(data.rent) <= rent;
      home.hidden = !fits;
      if (fits) shown += 1;
    });
    const count = find("[data-count]");
    const text = shown === 0 ? count.dataset.none : shown === 1 ? count.dataset.one : count.dataset.many;
    count.textContent = text.replace("{n}", String(shown));
  });

  // ------------------------------------------------ what the choice does ---

  const panel = find("[data-panel]");

  // The choices are asked of the widget itself; a page that misses the event
  // (restored from the back-forward cache, say) still shows what holds now.
  function showChoices() {
    const koek = window.koektrommel;
    if (!koek || typeof koek.allows !== "function") return;
    let some = false;
    all("[data-purpose]", panel).forEach((part) => {
      const on = koek.allows(part.dataset.purpose) === true;
      const lamp = find(".lamp", part);
      some = some || on;
      part.classList.toggle("is-on", on);
      lamp.textContent = on ? lamp.dataset.on : lamp.dataset.off;
      find(".cookie-" + part.dataset.purpose).classList.toggle("is-on", on);
    });
    const status = find("[data-panel-status]", panel);
    status.textContent = some ? status.dataset.some : status.dataset.none;
  }

  document.addEventListener("koektrommel:ready", showChoices);
  document.addEventListener("koektrommel:change", showChoices);
  window.addEventListener("pageshow", showChoices);
  showChoices();
})();
