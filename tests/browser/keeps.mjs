/** As `site` of a test: the example, with a purpose for which scripts of the site leave something of their own, and the server a cookie that no script sees. */
export const KEEPS = [['catalogue.toml', '# -', `[[purposes]]
id = "map"
kind = "choice"
basis = "consent"
dpv = "ServicePersonalisation"
name = { nl = "De kaart", en = "The map" }
text = { nl = "Onthoudt waar u keek.", en = "Remembers where you looked." }
cookies = [
  { name = "map.*", storage = "local-storage", http_only = false, set_by = "WSN", lifetime = { nl = "altijd", en = "always" } },
  { name = "map_pin", storage = "cookie", http_only = false, set_by = "WSN", lifetime = { nl = "altijd", en = "always" } },
  { name = "map_server", storage = "cookie", http_only = true, set_by = "WSN", lifetime = { nl = "altijd", en = "always" } },
]

# -`]];
