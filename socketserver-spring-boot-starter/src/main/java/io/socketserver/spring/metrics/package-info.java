/**
 * Micrometer meters of socket servers.
 */
@NullMarked
package io.socketserver.spring.metrics;

import org.jspecify.annotations.NullMarked;
