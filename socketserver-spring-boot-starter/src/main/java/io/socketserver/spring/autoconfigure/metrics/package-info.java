/**
 * Auto-configuration of the meters.
 */
@NullMarked
package io.socketserver.spring.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
