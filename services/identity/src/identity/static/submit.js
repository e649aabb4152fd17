// Posts the page's one form at once; without scripts the button does.
document.querySelector("form[data-at-once]").submit();
