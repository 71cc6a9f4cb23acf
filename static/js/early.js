// Runs before the first paint: scripts are there, and the side is as it was left.
(function () {
  var root = document.documentElement;
  root.classList.add("js");
  try {
    if (localStorage.getItem("side") === "folded") root.classList.add("side-folded");
  } catch (refused) { /* storage may be switched off by policy */ }
})();
