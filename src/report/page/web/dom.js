// Elements and the colors of the stylesheet. Part of report.html and of the page of a model.

/** The stylesheet's color of that name, as it is now: light, dark or print. */
function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

/** A new element with text and attributes. Text is never read as markup. */
function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
