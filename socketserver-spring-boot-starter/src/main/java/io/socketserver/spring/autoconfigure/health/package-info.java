/**
 * Auto-configuration of the health contributor.
 */
@NullMarked
package io.socketserver.spring.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
