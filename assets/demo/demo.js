// The demo home page: a repair form, a search over the homes in the page, the
// size of the letters, and a panel that shows what the visitor's choice does.
// Nothing is sent to any host and nothing is stored here: remembering is
// Koektrommel's.
(function () {
  "use strict";

  const find = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // Calls that come before Koektrommel has loaded wait for it.
  const withKoek = (task) => (window.koektrommel = window.koektrommel || []).push(task);

  // ------------------------------------------------------- repair form ---
  // Use 1: the form itself remembers what is typed (data-koek-remember).
  // Use 2: what was filled in is handed to the page of step 2.

  const repair = find("#repair-form");

  withKoek((koek) => {
    // The button is disabled in the page so that, without Koektrommel, Enter
    // cannot send a form that no server answers.
    all("[data-enable]", repair).forEach((button) => { button.disabled = false; });

    repair.addEventListener("submit", (event) => {
      event.preventDefault();
      const result = find("[data-result]", repair);
      result.textContent = "";
      koek.handoff.put("repair", Object.fromEntries(new FormData(repair))).then(
        () => location.assign(repair.dataset.next),
        () => { result.textContent = result.dataset.fail; },
      );
    });
  });

  // ------------------------------------------------------- home search ---
  // Use 3: the area is a preference.

  const search = find("#search-form");
  const place = find("#search-place");
  const homes = all(".home");
  search.hidden = false;

  function filter() {
    const rooms = Number(find("#search-rooms").value);
    const rent = Number(find("#search-rent").value);
    let shown = 0;
    homes.forEach((home) => {
      const data = home.dataset;
      const isThere = place.value === "all" || data.place === place.value;
      const fits = isThere && Number(data.rooms) >= rooms && Number(data.rent) <= rent;
      home.hidden = !fits;
      if (fits) shown += 1;
    });
    const count = find("[data-count]");
    const text = shown === 0 ? count.dataset.none : shown === 1 ? count.dataset.one : count.dataset.many;
    count.textContent = text.replace("{n}", String(shown));
  }

  search.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });

  withKoek((koek) => {
    function showPlace() {
      const wanted = koek.preferences.get("district") || "all";
      if (place.value === wanted) return;
      place.value = wanted;
      filter();
    }
    showPlace();
    koek.on("setting", showPlace);
    place.addEventListener("change", () => {
      koek.preferences.set("district", place.value).catch(console.warn);
      filter();
    });
  });

  // ---------------------------------------------------------- language ---
  // Use 3 too: who picks a language gets it on the next page of the visit.

  withKoek((koek) => {
    const wanted = koek.preferences.get("language");
    if (wanted && wanted !== document.documentElement.lang && !location.search) {
      location.replace("/?lang=" + wanted + location.hash);
    }
    all("[data-language]").forEach((link) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const go = () => location.assign(link.href);
      koek.preferences.set("language", link.dataset.language).then(go, go);
    }));
  });

  // ----------------------------------------------------------- display ---
  // Use 4: the style sheet follows the attributes that Koektrommel puts on
  // <html>; here are three buttons more than its own settings have.

  withKoek((koek) => {
    const sizes = find("[data-sizes]");
    sizes.hidden = false;
    function showSize() {
      const size = koek.display.get("text-size") || "100";
      all("button", sizes).forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.size === size));
      });
    }
    showSize();
    koek.on("setting", showSize);
    all("button", sizes).forEach((button) => button.addEventListener("click", () => {
      koek.display.set("text-size", button.dataset.size).catch(console.warn);
    }));
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
    showSettings(koek);
  }

  // What is set, by the names that Koektrommel has for it, and for how long.
  function showSettings(koek) {
    all("[data-kept], [data-set]").forEach((line) => {
      line.dataset.none = line.dataset.none || line.textContent;
      const use = line.dataset.kept || line.dataset.set;
      const names = use === "display" ? ["text-size", "contrast", "motion"] : ["language", "district"];
      const set = names.filter((name) => koek[use].get(name)).map((name) => name + " = " + koek[use].get(name));
      const term = koek.allows(use) ? line.dataset.choice : line.dataset.visit;
      if (!set.length) line.textContent = line.dataset.none;
      else line.textContent = line.dataset.set ? line.dataset.now + " " + set.join(", ") + ". " + term : term;
    });
  }

  document.addEventListener("koektrommel:ready", showChoices);
  document.addEventListener("koektrommel:change", showChoices);
  document.addEventListener("koektrommel:setting", showChoices);
  window.addEventListener("pageshow", showChoices);
  showChoices();
})();
