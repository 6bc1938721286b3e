/* Whether a control of a form holds something else than it came with. */
export function differs(control) {
  if (["checkbox", "radio"].includes(control.type)) return control.checked !== control.defaultChecked;
  if (control.matches("select")) return control.value !== chosenAtFirst(control);
  const was = control.matches("textarea") ? control.defaultValue : control.defaultValue.replace(/[\r\n]/g, "");
  return control.value !== was; // a line of text holds no line breaks, whatever it came with
}

function chosenAtFirst(select) {
  const options = [...select.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
}
