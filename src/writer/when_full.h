#pragma once

namespace plimsoll {

/// What becomes of something that is to be written when there is no room for it.
enum class WhenFull {
  block,        ///< wait for room, `block_for` at most; then as drop_newest
  drop_oldest,  ///< what waits longest goes, if it has not been sent yet
  drop_newest   ///< the new one is refused: add() returns false
};

}  // namespace plimsoll
