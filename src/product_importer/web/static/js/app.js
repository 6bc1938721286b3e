/* Brings every custom element to the page; each file says what its element does. */
import "./local-time.js";
import "./pi-dialog.js";
import "./pi-drawer.js";
import "./pi-export.js";
import "./pi-folder.js";
import "./pi-gallery.js";
import "./pi-images.js";
import "./pi-keys.js";
import "./pi-live.js";
import "./pi-mapping.js";
import "./pi-mend.js";
import "./pi-products.js";
import "./pi-typed.js";
import "./pi-unfinished.js";
import "./pi-unsaved.js";
import "./pi-upload.js";
import "./pi-wait.js";
