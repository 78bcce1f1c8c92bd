/**
 * Runs peers and load as processes of their own, and compares.
 */
@NullMarked
package io.socketserver.benchmarks.runner;

import org.jspecify.annotations.NullMarked;
