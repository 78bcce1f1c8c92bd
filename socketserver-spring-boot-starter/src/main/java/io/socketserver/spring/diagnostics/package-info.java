/**
 * Mistakes in the configuration of socket servers, and what to tell the user of them.
 */
@NullMarked
package io.socketserver.spring.diagnostics;

import org.jspecify.annotations.NullMarked;
