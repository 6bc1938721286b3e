/* Brings every custom element to the page; each file says what its element does. */
import "./local-time.js";
import "./pi-live.js";
import "./pi-mapping.js";
import "./pi-mend.js";
import "./pi-upload.js";
import "./pi-wait.js";
