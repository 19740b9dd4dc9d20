//! Maps that clones share but for what was changed since.

use foldhash::fast::RandomState;
use imbl::GenericHashMap;
use imbl::shared_ptr::DefaultSharedPtr;

/// Such a map. Its hashes are those that are made fastest: a start makes millions of them.
pub(super) type Map<K, V> = GenericHashMap<K, V, RandomState, DefaultSharedPtr>;
