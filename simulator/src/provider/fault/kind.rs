//! The declaration of one kind of fault.

/// Declares one kind of fault: the enum, the list of all its members and their names.
macro_rules! fault_kind {
    ($(#[$about:meta])* $kind:ident { $( $(#[$doc:meta])* $variant:ident = $name:literal, )+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind { $( $(#[$doc])* $variant, )+ }

        impl $kind {
            /// Every fault of this kind.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The name for `/control/fault`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }
        }
    };
}
pub(crate) use fault_kind;
