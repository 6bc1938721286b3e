/* Sets the theme before the first paint: auto follows the system, a choice is kept in this browser. */
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("theme") ?? "auto";
  } catch {
    // Storage is off: a choice lasts for the page.
  }

  const show = () => {
    root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
    for (const button of document.querySelectorAll("[data-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === chosen));
    }
  };

  const choose = (event) => {
    const button = event.target.closest("[data-theme]");
    if (!button) return;
    chosen = button.dataset.theme;
    try {
      localStorage.setItem("theme", chosen);
    } catch {
      // As above.
    }
    show();
  };

  show();
  dark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", choose);
})();
