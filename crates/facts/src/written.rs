//! How a fact table is written down: a struct whose doc comments are its data dictionary.

macro_rules! tables {
    ($(
        $(#[doc = $about:literal])*
        $row:ident in $table:ident
            $(key($($key:ident),+))?
            $(at($at:ident))?
            $(order($($earlier:ident < $later:ident),+))?
        {
            $($(#[doc = $meaning:literal])* $column:ident: $ty:ty $(= $default:literal)?,)*
        }
    )*) => {
        $(
            $(#[doc = $about])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $row {
                $($(#[doc = $meaning])* pub $column: $ty,)*
            }

            impl Row for $row {
                const TABLE: &'static Table = &Table {
                    name: stringify!($table),
                    about: concat!($($about),*),
                    columns: &[$(Column {
                        name: stringify!($column),
                        ty: <$ty as Field>::TYPE,
                        optional: <$ty as Field>::OPTIONAL,
                        default: tables!(@default $($default)?),
                        about: concat!($($meaning),*),
                    },)*],
                    key: &[$($(stringify!($key)),+)?],
                    at: tables!(@at $($at)?),
                    in_order: &[$($((stringify!($earlier), stringify!($later))),+)?],
                };

                fn values(&self) -> Vec<Value<'_>> {
                    vec![$(self.$column.value(),)*]
                }
            }
        )*

        /// Every fact table, in the order in which a county loads them: referred ones first.
        pub static TABLES: &[&Table] = &[$($row::TABLE,)*];
    };
    (@default) => { None };
    (@default $default:literal) => { Some($default) };
    (@at) => { None };
    (@at $at:ident) => { Some(stringify!($at)) };
}
