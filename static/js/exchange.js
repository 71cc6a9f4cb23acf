// Choosing whom a letter goes to: finding among the units, ticking all stations at once.
// Without this file every unit is a box to tick, below the name of its district.
(function () {
  "use strict";
  var field = document.querySelector("[data-addressees]");
  if (!field) return;
  var boxes = Array.from(field.querySelectorAll('input[type="checkbox"]'));
  var groups = Array.from(field.querySelectorAll(".addressees-tenant"));
  var said = field.querySelector("[data-chosen-units]");

  function count() {
    var chosen = boxes.filter(function (b) { return b.checked; });
    said.textContent = chosen.length ? "已选 " + chosen.length + " 个单位。" : "";
    groups.forEach(function (group) {
      var some = group.querySelectorAll("input:checked").length;
      group.classList.toggle("has-chosen", some > 0);
    });
  }

  function find(words) {
    boxes.forEach(function (b) {
      var group = b.closest(".addressees-tenant");
      var name = (group.querySelector("summary").textContent + b.closest(".choice").textContent).toLowerCase();
      b.closest(".choice").hidden = words.length > 0 && !words.every(function (w) { return name.indexOf(w) >= 0; });
    });
    groups.forEach(function (group) {
      var left = Array.from(group.querySelectorAll(".choice")).some(function (c) { return !c.hidden; });
      group.hidden = !left;
      if (words.length) group.open = left;
    });
  }

  field.addEventListener("change", count);
  field.addEventListener("input", function (event) {
    if (event.target.hasAttribute("data-find-units")) find(event.target.value.trim().toLowerCase().split(/\s+/).filter(Boolean));
  });
  field.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.target.hasAttribute("data-find-units")) event.preventDefault();
  });
  field.addEventListener("click", function (event) {
    var button = event.target.closest("[data-tick-units]");
    if (!button) return;
    var kind = button.dataset.tickUnits;
    boxes.forEach(function (b) { b.checked = kind ? b.checked || b.dataset.kind === kind : false; });
    if (kind) groups.forEach(function (group) { if (group.querySelector("input:checked")) group.open = true; });
    count();
  });
  count();
})();
