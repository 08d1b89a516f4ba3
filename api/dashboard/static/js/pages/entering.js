// Back from the hospital's sign-in: on to the page that was asked for, now from a page of ours.
location.replace(/** @type {HTMLAnchorElement} */ (document.getElementById("on")).href);
