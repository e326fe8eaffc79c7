//! The data dictionary, as Markdown.

use std::fmt::Write;

use crate::codes::CODE_LISTS;
use crate::tables::TABLES;

/// The whole data dictionary: every table with its columns, then every vocabulary with its names.
pub fn dictionary() -> String {
    let mut out = String::from(
        "# Data dictionary\n\nMade by `cargo xtask docs` from `crates/facts`; do not edit. Every row also has `source` \
         (who brought it in) and `recorded_at` (when it was recorded). `?` = may be empty.\n",
    );
    for table in TABLES {
        let _ = writeln!(out, "\n## {}\n\n{}\n", table.name, table.about.trim());
        let _ = writeln!(out, "Key: {}.\n", table.key.join(", "));
        out.push_str("| column | type | default | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            let mark = if column.optional { "?" } else { "" };
            let default = column.default.unwrap_or("");
            let _ =
                writeln!(out, "| {}{mark} | {} | {default} | {} |", column.name, column.ty.name(), column.about.trim());
        }
    }
    out.push_str("\n# Vocabularies\n");
    for list in CODE_LISTS {
        let _ = writeln!(out, "\n## {}\n\n{}\n", list.name, list.about.trim());
        out.push_str("| code | fi | sv | en |\n|---|---|---|---|\n");
        for code in list.codes {
            let _ = writeln!(out, "| {} | {} | {} | {} |", code.code, code.fi, code.sv, code.en);
        }
    }
    out
}
