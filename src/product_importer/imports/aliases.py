"""The names under which suppliers and shops know our five fields."""

import re
from typing import Final

from product_importer.imports.fields import PICTURES

# Written as `plain()` leaves them: no case, blanks, `_`, `-`, punctuation or notes in brackets.
_ALIASES: Final = {
    "sku": "sku skucode skunumber skuid productsku itemsku variantsku stockcode stockkeepingunit itemcode itemnumber"
    " itemno productcode productnumber productno articlenumber articleno articlecode partnumber partno mpn"
    " artikelnummer artikelnr artnr référence reference ref codearticle referencia codigo código",
    "name": "name productname itemname producttitle title producttitel productlabel articlename displayname"
    " bezeichnung artikelname artikelbezeichnung produktname nom nomduproduit nombre nome",
    "description": "description productdescription longdescription itemdescription desc details body bodyhtml"
    " beschreibung artikelbeschreibung produktbeschreibung langtext descripción descripcion descrizione",
    "price": "price unitprice productprice itemprice variantprice regularprice listprice retailprice"
    " sellingprice preis einzelpreis verkaufspreis vk vkpreis prix prixunitaire precio prezzo",
    "active": "active isactive enabled isenabled published isvisible visible status productstatus productonline aktiv"
    " actif activo attivo",
    PICTURES: "images image imageurl imageurls imagesrc imagelink imagelinks imageaddress picture pictures pictureurl"
    " pictureurls productimage productimages productimageurl mainimage mainimageurl photo photos photourl thumbnail"
    " productthumbnail bild bilder bildurl bildadresse imágenes imagenes immagine immagini",
}

# The columns our own rejects file adds before the supplier's.
REJECTS_COLUMNS: Final = frozenset({"_import", "_line", "_code", "_message", "_raw"})

_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NOISE = re.compile(r"[\W_]+")


def plain(header: str) -> str:
    """Reduce a header to what is compared: no case, no blanks, `_`, `-` or marks, no note as in `Price (EUR)`."""
    bare = _NOISE.sub("", _NOTE.sub("", header)).casefold()
    return bare or _NOISE.sub("", header).casefold()


FIELD_OF: Final = {alias: field for field, names in _ALIASES.items() for alias in names.split()}


def field_of(header: str) -> str | None:
    """Give the field a header names, or None."""
    return FIELD_OF.get(plain(header))
