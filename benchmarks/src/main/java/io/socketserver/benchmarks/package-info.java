/**
 * Peers and load, side by side.
 */
@NullMarked
package io.socketserver.benchmarks;

import org.jspecify.annotations.NullMarked;
